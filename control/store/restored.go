package store

import (
	"slices"
	"strings"
)

// restored notes what a restore does to keys.
type restored struct {
	gone map[string]struct{} // what was there before and is not, up to now
	all  []Change
}

func newRestored(old []string) *restored {
	r := &restored{gone: make(map[string]struct{}, len(old))}
	for _, key := range old {
		r.gone[key] = struct{}{}
	}
	return r
}

func (r *restored) add(entries []entry) {
	for _, e := range entries {
		delete(r.gone, e.key)
		r.all = append(r.all, Change{Key: e.key})
	}
}

// changes are those of the restore, in key order.
func (r *restored) changes(revision int64) []Change {
	for key := range r.gone {
		r.all = append(r.all, Change{Key: key, Deleted: true})
	}
	for i := range r.all {
		r.all[i].Revision = revision
	}
	slices.SortFunc(r.all, func(a, b Change) int { return strings.Compare(a.Key, b.Key) })
	return r.all
}
