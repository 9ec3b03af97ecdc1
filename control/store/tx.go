package store

import (
	"bytes"
	"context"
	"fmt"

	"github.com/google/btree"
)

// snapshot is what was committed when a transaction began. Ranges are low <= key <
// high; a limit <= 0 is none.
type snapshot interface {
	get(ctx context.Context, key string) ([]byte, error) // nil without a record
	list(ctx context.Context, low, high string, limit int) ([]Record, error)
	keys(ctx context.Context, low, high string) ([]string, error)
}

// write is what a transaction makes of a key.
type write struct {
	key     string
	value   []byte
	deleted bool
}

// tx keeps the writes of a transaction over its snapshot until they are stored, so
// that all stores behave the same and a database hears of them in one go.
type tx struct {
	ctx    context.Context
	base   snapshot
	writes *btree.BTreeG[write] // nil where only reading is allowed
	err    error                // what the database failed with first; nothing can be stored then
	over   bool
}

var _ Tx = (*tx)(nil)

func reading(ctx context.Context, base snapshot) *tx { return &tx{ctx: ctx, base: base} }

func writing(ctx context.Context, base snapshot) *tx {
	return &tx{ctx: ctx, base: base, writes: btree.NewG(16, func(a, b write) bool { return a.key < b.key })}
}

// run calls fn, and ends the transaction for it.
func (t *tx) run(fn func(Tx) error) error {
	defer func() { t.over = true }()
	if err := fn(t); err != nil {
		return err
	}
	return t.err
}

func (t *tx) check() error {
	if t.over {
		return fmt.Errorf("transaction: %w", ErrClosed)
	}
	if t.err != nil {
		return t.err
	}
	return t.ctx.Err()
}

func (t *tx) checkWrite() error {
	if t.writes == nil {
		return ErrReadOnly
	}
	return t.check()
}

func (t *tx) fail(err error) error {
	if err != nil && t.err == nil {
		t.err = err
	}
	return err
}

// Get implements [Tx].
func (t *tx) Get(key string) ([]byte, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if t.writes != nil {
		if w, ok := t.writes.Get(write{key: key}); ok {
			return w.value, nil
		}
	}
	value, err := t.base.get(t.ctx, key)
	return value, t.fail(err)
}

// List implements [Tx].
func (t *tx) List(prefix, after string, limit int) ([]Record, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	low, high := span(prefix, after)
	if low >= high {
		return nil, nil
	}
	own := t.within(low, high)
	if limit > 0 && len(own) > 0 {
		limit += len(own) // as many can be deleted, or replaced
	}
	records, err := t.base.list(t.ctx, low, high, limit)
	if err != nil || len(own) == 0 {
		return records, t.fail(err)
	}
	merged := merge(records, own, limit > 0 && len(records) == limit)
	if limit > 0 && len(merged) > limit-len(own) {
		merged = merged[:limit-len(own)]
	}
	return merged, nil
}

// merge lays own writes over records, up to the last record if more follow it.
func merge(records []Record, own []write, more bool) []Record {
	merged := make([]Record, 0, len(records)+len(own))
	for _, r := range records {
		for len(own) > 0 && own[0].key < r.Key {
			merged, own = appendWrite(merged, own[0]), own[1:]
		}
		if len(own) > 0 && own[0].key == r.Key {
			merged, own = appendWrite(merged, own[0]), own[1:]
			continue
		}
		merged = append(merged, r)
	}
	if !more {
		for _, w := range own {
			merged = appendWrite(merged, w)
		}
	}
	return merged
}

func appendWrite(records []Record, w write) []Record {
	if w.deleted {
		return records
	}
	return append(records, Record{Key: w.key, Value: w.value})
}

// within is the transaction's own writes in a range.
func (t *tx) within(low, high string) []write {
	if t.writes == nil || t.writes.Len() == 0 {
		return nil
	}
	var own []write
	t.writes.AscendRange(write{key: low}, write{key: high}, func(w write) bool {
		own = append(own, w)
		return true
	})
	return own
}

// Put implements [Tx].
func (t *tx) Put(key string, value []byte) error {
	if err := t.checkWrite(); err != nil {
		return err
	}
	if err := checkRecord(key, value); err != nil {
		return err
	}
	own := bytes.Clone(value)
	if own == nil {
		own = []byte{}
	}
	t.writes.ReplaceOrInsert(write{key: key, value: own})
	return nil
}

// Delete implements [Tx].
func (t *tx) Delete(key string) error { return t.delete(key, key+"\x00") }

// DeletePrefix implements [Tx].
func (t *tx) DeletePrefix(prefix string) error { return t.delete(span(prefix, "")) }

func (t *tx) delete(low, high string) error {
	if err := t.checkWrite(); err != nil {
		return err
	}
	keys, err := t.base.keys(t.ctx, low, high)
	if err != nil {
		return t.fail(err)
	}
	// What was never committed leaves no trace: nobody is to be told of it.
	for _, w := range t.within(low, high) {
		t.writes.Delete(w)
	}
	for _, key := range keys {
		t.writes.ReplaceOrInsert(write{key: key, deleted: true})
	}
	return nil
}

// entry is a write as it goes into a database.
type entry struct {
	key      string
	data     []byte
	encoding encoding
	deleted  bool
}

// entries are the transaction's writes in key order.
func (t *tx) entries(c *codec) []entry {
	entries := make([]entry, 0, t.writes.Len())
	t.writes.Ascend(func(w write) bool {
		e := entry{key: w.key, deleted: w.deleted}
		if !w.deleted {
			e.data, e.encoding = c.encode(w.value)
		}
		entries = append(entries, e)
		return true
	})
	return entries
}

func changesOf(entries []entry, revision int64) []Change {
	changes := make([]Change, len(entries))
	for i, e := range entries {
		changes[i] = Change{Key: e.key, Deleted: e.deleted, Revision: revision}
	}
	return changes
}
