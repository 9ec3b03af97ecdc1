package store

import (
	"context"
	"errors"
	"io"
)

// Limits of a record. A write beyond them is refused with [ErrInvalid].
const (
	MaxKey   = 2048     // bytes; what an index of PostgreSQL can hold
	MaxValue = 64 << 20 // bytes
)

// Errors of a store, to be told apart with errors.Is. What else goes wrong is an
// error of the database.
var (
	// ErrConflict is an Update that never got through between those of others.
	// Nothing of it is stored.
	ErrConflict = errors.New("other changes got in the way each time, try again")
	// ErrUnknownOutcome is an Update that may or may not be stored: the database
	// went away during the commit and did not come back in time to tell.
	ErrUnknownOutcome = errors.New("the database went away during a commit, which may be done or not")
	// ErrReadOnly is a write in a View, or in a store that was opened for reading.
	ErrReadOnly = errors.New("writing where only reading is allowed")
	// ErrInvalid is a key or a value that no store takes.
	ErrInvalid = errors.New("invalid record")
	// ErrInUse is a file that another process serves from.
	ErrInUse = errors.New("another process has it open")
	// ErrNewer is a database, or a backup, that a newer version of the program wrote.
	ErrNewer = errors.New("it was written by a newer version of this program")
	// ErrNotEmpty is a store that has records and was to be restored into.
	ErrNotEmpty = errors.New("the store is not empty")
	// ErrDamaged is a backup that is cut short, changed, or none at all.
	ErrDamaged = errors.New("damaged backup")
	// ErrClosed is a store that was closed, or a transaction that is over.
	ErrClosed = errors.New("closed")
)

// Record is one record. Revision is that of the commit that wrote it: commits are
// numbered upwards, not without gaps. In the transaction that writes it, it is 0.
type Record struct {
	Key      string
	Value    []byte
	Revision int64
}

// Tx is one transaction. It sees its own writes. It is for one goroutine, and over
// when the function that it was given to returns. Keys are made by [Key].
//
// Values that come out of it may be kept but not changed, and values that go in
// may be changed once the call has returned.
type Tx interface {
	// Get returns a value, or nil if there is no such record. An empty value is
	// not nil.
	Get(key string) ([]byte, error)
	// List returns the records whose keys begin with the prefix and are greater
	// than after, in byte order of the keys; all of them if limit <= 0.
	List(prefix, after string, limit int) ([]Record, error)
	// Put writes a record.
	Put(key string, value []byte) error
	// Delete removes a record; without one it does nothing.
	Delete(key string) error
	// DeletePrefix removes the records whose keys begin with the prefix.
	DeletePrefix(prefix string) error
}

// Change says that a key was written, or that it is gone, by the commit of that
// revision.
type Change struct {
	Key      string
	Deleted  bool
	Revision int64
}

// Store is a transactional store of records.
type Store interface {
	// View runs fn once on one consistent snapshot. It waits for no writer.
	View(ctx context.Context, fn func(Tx) error) error

	// Update runs fn and stores what it wrote, all or nothing, as if no other
	// Update ran at the same time. fn may run again, so it must have no effect
	// outside; it must not call the store. When fn fails nothing is stored and
	// its error is returned; after many collisions the error is [ErrConflict].
	//
	// A commit that is done is never reported as an error: when ctx ends while
	// subscribers are still busy, Update returns nil.
	Update(ctx context.Context, fn func(Tx) error) error

	// Subscribe has f called with the changed keys of every commit of every node,
	// in commit order, one call at a time; of one commit in key order. A call can
	// hold several commits, each of them whole. A node that lost sight of the
	// others for long is given what became of the keys instead of each step.
	//
	// Update returns only after f saw its own commit, unless it was called with
	// the ctx that f was given. That ctx ends with the store. Call Subscribe
	// before the first Update.
	Subscribe(f func(ctx context.Context, changes []Change))

	// Run listens for the commits of other nodes until ctx ends, and returns nil
	// then. A store without other nodes waits.
	Run(ctx context.Context) error

	// Backup writes a snapshot of all records, for Restore on any kind of store.
	Backup(ctx context.Context, w io.Writer) error

	// Restore reads a backup, all or nothing. Subscribers see it as one commit.
	Restore(ctx context.Context, r io.Reader, mode RestoreMode) error

	// Close ends the store. It waits for the subscriber that is being called.
	Close() error
}

// RestoreMode says what becomes of the records that are there.
type RestoreMode int

const (
	IntoEmpty RestoreMode = iota // refuse with ErrNotEmpty if there are any
	Replace                      // they are deleted
)
