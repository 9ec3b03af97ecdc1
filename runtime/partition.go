package runtime

import "strings"

// partition is the part of the cloud that a region belongs to.
type partition struct {
	name   string // in ARNs
	domain string // that host names end in
}

// partitionOf is the partition of a region. Regions that are not known belong to the
// one that nearly all do.
func partitionOf(region string) partition {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return partition{"aws-cn", "amazonaws.com.cn"}
	case strings.HasPrefix(region, "us-gov-"):
		return partition{"aws-us-gov", "amazonaws.com"}
	}
	return partition{"aws", "amazonaws.com"}
}
