package store

import (
	"bytes"
	"context"
	"io"
	"sync/atomic"

	"github.com/google/btree"
)

// Memory is a store that forgets everything when the process ends.
type Memory struct {
	state  atomic.Pointer[memoryState]
	turn   turn
	codec  *codec
	queue  queue
	feed   *feed
	closed atomic.Bool
}

var _ Store = (*Memory)(nil)

// memoryState is never changed: a commit puts another one in its place.
type memoryState struct {
	records  *btree.BTreeG[memoryRecord]
	revision int64
	codec    *codec
}

type memoryRecord struct {
	entry
	revision int64
}

func newMemoryTree() *btree.BTreeG[memoryRecord] {
	return btree.NewG(32, func(a, b memoryRecord) bool { return a.key < b.key })
}

// OpenMemory returns an empty store.
func OpenMemory() (*Memory, error) {
	codec, err := newCodec()
	if err != nil {
		return nil, err
	}
	s := &Memory{turn: newTurn(), codec: codec}
	s.state.Store(&memoryState{records: newMemoryTree(), codec: codec})
	s.feed = newFeed(&s.queue, 0)
	return s, nil
}

// View implements [Store].
func (s *Memory) View(ctx context.Context, fn func(Tx) error) error {
	if s.closed.Load() {
		return ErrClosed
	}
	return reading(ctx, s.state.Load()).run(fn)
}

// Update implements [Store]. fn runs once.
func (s *Memory) Update(ctx context.Context, fn func(Tx) error) error {
	return s.commit(ctx, func(old *memoryState) (*btree.BTreeG[memoryRecord], []Change, error) {
		t := writing(ctx, old)
		if err := t.run(fn); err != nil {
			return nil, nil, err
		}
		entries := t.entries(s.codec)
		if len(entries) == 0 {
			return nil, nil, nil
		}
		revision := old.revision + 1
		records := old.records.Clone()
		for _, e := range entries {
			if e.deleted {
				records.Delete(memoryRecord{entry: e})
			} else {
				records.ReplaceOrInsert(memoryRecord{e, revision})
			}
		}
		return records, changesOf(entries, revision), nil
	})
}

// commit replaces the state by what change makes of it, unless that is nil.
func (s *Memory) commit(ctx context.Context, change func(*memoryState) (*btree.BTreeG[memoryRecord], []Change, error)) error {
	revision, err := s.commitInTurn(ctx, change)
	if err == nil && revision > 0 {
		s.feed.await(ctx, revision)
	}
	return err
}

func (s *Memory) commitInTurn(ctx context.Context, change func(*memoryState) (*btree.BTreeG[memoryRecord], []Change, error)) (int64, error) {
	if err := s.turn.take(ctx); err != nil {
		return 0, err
	}
	defer s.turn.pass()
	if s.closed.Load() {
		return 0, ErrClosed
	}
	old := s.state.Load()
	records, changes, err := change(old)
	if err != nil || records == nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	revision := old.revision + 1
	s.state.Store(&memoryState{records, revision, s.codec})
	s.queue.publish(s.feed, changes, revision)
	return revision, nil
}

// Subscribe implements [Store].
func (s *Memory) Subscribe(f func(ctx context.Context, changes []Change)) { s.feed.subscribe(f) }

// Run implements [Store]. There are no other nodes.
func (s *Memory) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// Backup implements [Store].
func (s *Memory) Backup(ctx context.Context, w io.Writer) error { return backup(ctx, s, w) }

// Restore implements [Store].
func (s *Memory) Restore(ctx context.Context, r io.Reader, mode RestoreMode) error {
	return s.commit(ctx, func(old *memoryState) (*btree.BTreeG[memoryRecord], []Change, error) {
		if mode != Replace && old.records.Len() > 0 {
			return nil, nil, ErrNotEmpty
		}
		revision := old.revision + 1
		keys, err := old.keys(ctx, "", "\xff")
		if err != nil {
			return nil, nil, err
		}
		records, restored := newMemoryTree(), newRestored(keys)
		err = readBackup(ctx, r, s.codec, func(entries []entry) error {
			restored.add(entries)
			for _, e := range entries {
				records.ReplaceOrInsert(memoryRecord{e, revision})
			}
			return nil
		})
		return records, restored.changes(revision), err
	})
}

// Close implements [Store].
func (s *Memory) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.feed.close()
	return nil
}

func (m *memoryState) get(_ context.Context, key string) ([]byte, error) {
	r, ok := m.records.Get(memoryRecord{entry: entry{key: key}})
	if !ok {
		return nil, nil
	}
	return m.value(r)
}

// value is a copy: what a caller does to it must not reach the store.
func (m *memoryState) value(r memoryRecord) ([]byte, error) {
	if r.encoding == plain {
		return bytes.Clone(r.data), nil
	}
	return m.codec.decode(r.data, r.encoding)
}

func (m *memoryState) list(ctx context.Context, low, high string, limit int) ([]Record, error) {
	var records []Record
	var err error
	m.each(low, high, func(r memoryRecord) bool {
		var value []byte
		if value, err = m.value(r); err != nil {
			return false
		}
		records = append(records, Record{r.key, value, r.revision})
		return len(records) != limit
	})
	return records, err
}

func (m *memoryState) keys(_ context.Context, low, high string) ([]string, error) {
	var keys []string
	m.each(low, high, func(r memoryRecord) bool { keys = append(keys, r.key); return true })
	return keys, nil
}

func (m *memoryState) each(low, high string, f func(memoryRecord) bool) {
	m.records.AscendRange(memoryRecord{entry: entry{key: low}}, memoryRecord{entry: entry{key: high}}, f)
}
