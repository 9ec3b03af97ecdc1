package jsonpath

import (
	"fmt"
	"sync"
	"testing"
)

func TestCache(t *testing.T) {
	var c Cache
	first, err := c.Compile("$.a")
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := c.Compile("$.a"); again != first {
		t.Error("a path was compiled twice")
	}
	if _, err := c.Compile("$["); err == nil {
		t.Error("an invalid path compiles")
	}
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			for j := range 3 * cacheSize {
				if p, err := c.Compile(fmt.Sprintf("$.a[%d].b%d", j, i)); err != nil || p == nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if n := len(*c.paths.Load()); n > cacheSize {
		t.Errorf("the cache holds %d paths", n)
	}
	buffer := []byte("$.view")
	if _, err := c.Compile(string(buffer)); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = c.Compile("$.view") }); n != 0 {
		t.Errorf("a known path costs %v allocations", n)
	}
}
