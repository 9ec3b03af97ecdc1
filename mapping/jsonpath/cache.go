package jsonpath

import (
	"maps"
	"strings"
	"sync/atomic"
)

// Cache keeps the compiled forms of paths that are only known while a template
// runs. It is meant to live beside one template: lookups take no lock, and it
// holds a bounded number of paths. The zero Cache is usable and safe for
// concurrent use.
type Cache struct {
	paths atomic.Pointer[map[string]*Path]
}

// cacheSize is how many paths one Cache keeps. A path too many starts it anew, so
// that paths made of a client's input do not keep the template's own out for
// good.
const cacheSize = 128

// Compile is the package's Compile through the cache. Failures are not kept.
func (c *Cache) Compile(src string) (*Path, error) {
	known := c.paths.Load()
	if known != nil {
		if p, ok := (*known)[src]; ok {
			return p, nil
		}
	}
	// The path outlives the request, whose buffers src may be a view of.
	p, err := Compile(strings.Clone(src))
	if err != nil {
		return nil, err
	}
	grown := make(map[string]*Path, 8)
	if known != nil && len(*known) < cacheSize {
		maps.Copy(grown, *known)
	}
	grown[p.source] = p
	c.paths.CompareAndSwap(known, &grown) // a lost race costs one more compilation
	return p, nil
}
