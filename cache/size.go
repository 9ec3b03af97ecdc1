package cache

import (
	"fmt"
	"strings"
)

// sizeClasses are the values of cacheClusterSize, in GB (service model: CacheClusterSize).
var sizeClasses = [...]struct {
	name string
	gb   float64
}{
	{"0.5", 0.5},
	{"1.6", 1.6},
	{"6.1", 6.1},
	{"13.5", 13.5},
	{"28.4", 28.4},
	{"58.2", 58.2},
	{"118", 118},
	{"237", 237},
}

// DefaultSize is the size of a cluster that was switched on without one.
const DefaultSize = "0.5"

// sizeClass is the index of a cacheClusterSize; "" is DefaultSize.
func sizeClass(name string) (int, error) {
	if name == "" {
		name = DefaultSize
	}
	all := make([]string, 0, len(sizeClasses))
	for i := range sizeClasses {
		if sizeClasses[i].name == name {
			return i, nil
		}
		all = append(all, sizeClasses[i].name)
	}
	return 0, fmt.Errorf("cacheClusterSize %q is none of %s", name, strings.Join(all, ", "))
}

// CheckSize tells what is wrong with a cacheClusterSize; "" is DefaultSize.
func CheckSize(name string) error {
	_, err := sizeClass(name)
	return err
}

// bytesOf is the bound of a size class in this process.
func (o *Options) bytesOf(class int) uint64 {
	return max(1, min(uint64(sizeClasses[class].gb*float64(o.BytesPerGB)), o.MaxBytes))
}
