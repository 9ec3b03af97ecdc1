package userpool

import (
	"fmt"
	"strings"
)

// Pool is a user pool as its ARN names it.
type Pool struct {
	Partition string
	Region    string
	AccountID string
	ID        string // {region}_{name}
}

// ParseARN reads arn:{partition}:cognito-idp:{region}:{account}:userpool/{poolId}.
func ParseARN(arn string) (Pool, error) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "cognito-idp" || parts[1] == "" || parts[3] == "" {
		return Pool{}, fmt.Errorf("%q is not the ARN of a user pool", arn)
	}
	id, ok := strings.CutPrefix(parts[5], "userpool/")
	if !ok || !isPoolID(id) {
		return Pool{}, fmt.Errorf("%q does not end with userpool/ and the id of a pool", arn)
	}
	return Pool{Partition: parts[1], Region: parts[3], AccountID: parts[4], ID: id}, nil
}

// isPoolID tells whether s has only the characters of pool ids (service model:
// UserPoolIdType), so that it can stand in a URL's path.
func isPoolID(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && c != '_' && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 131 // 55 characters in the service; local pools have others
}

// Issuer is the iss of the pool's tokens.
func (p Pool) Issuer() string {
	domain := "amazonaws.com"
	switch {
	case p.Partition == "aws-cn":
		domain = "amazonaws.com.cn"
	case p.Partition == "aws-eusc":
		domain = "amazonaws.eu"
	}
	return "https://cognito-idp." + p.Region + "." + domain + "/" + p.ID
}
