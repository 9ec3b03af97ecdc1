package store

import (
	"slices"
	"strings"
)

// changeSet collects what a restore does to keys.
type changeSet struct{ changes []Change }

func (c *changeSet) put(key string) { c.changes = append(c.changes, Change{Key: key}) }
func (c *changeSet) delete(key string) {
	c.changes = append(c.changes, Change{Key: key, Deleted: true})
}

// of returns the changes in key order, as those of a revision.
func (c *changeSet) of(revision int64) []Change {
	for i := range c.changes {
		c.changes[i].Revision = revision
	}
	slices.SortFunc(c.changes, func(a, b Change) int { return strings.Compare(a.Key, b.Key) })
	return c.changes
}
