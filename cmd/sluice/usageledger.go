package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"sluice/throttle/ledger"
	"sluice/throttle/ledger/sqlite"
)

// usageFile is the file of usage counters in the data directory.
const usageFile = "usage.db"

// usageLedger is a ledger in a data directory that is opened when there is
// something to count: an edit may bring the first usage plan.
type usageLedger struct {
	dir string // "" keeps usage in memory

	mu    sync.Mutex
	store ledger.Store
}

var _ ledger.Store = (*usageLedger)(nil)

func newUsageLedger(dir string) *usageLedger {
	u := &usageLedger{dir: dir}
	if dir == "" {
		u.store = ledger.NewMemory()
	}
	return u
}

// open is the store, opened now if it was not.
func (u *usageLedger) open(ctx context.Context) (ledger.Store, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.store != nil {
		return u.store, nil
	}
	if err := makeDataDir(u.dir); err != nil {
		return nil, fmt.Errorf("%w; --data-dir says where usage is kept", err)
	}
	s, err := sqlite.Open(ctx, filepath.Join(u.dir, usageFile))
	if err != nil {
		return nil, fmt.Errorf("%w; --data-dir says where usage is kept, each process needs its own", err)
	}
	u.store = s
	return s, nil
}

// opened is the store if it was opened.
func (u *usageLedger) opened() ledger.Store {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.store
}

// makeDataDir makes the directory. One that it makes is nothing for version control.
func makeDataDir(dir string) error {
	switch _, err := os.Stat(dir); {
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("*\n"), 0o600)
}

// Save implements ledger.Store.
func (u *usageLedger) Save(ctx context.Context, entries []ledger.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	s, err := u.open(ctx)
	if err != nil {
		return err
	}
	return s.Save(ctx, entries)
}

// Days implements ledger.Store.
func (u *usageLedger) Days(ctx context.Context, planID, keyID string, first, last ledger.Day, each func(ledger.Entry)) error {
	s, err := u.open(ctx)
	if err != nil {
		return err
	}
	return s.Days(ctx, planID, keyID, first, last, each)
}

// Extend implements ledger.Store.
func (u *usageLedger) Extend(ctx context.Context, e ledger.Extension) error {
	s, err := u.open(ctx)
	if err != nil {
		return err
	}
	return s.Extend(ctx, e)
}

// Extensions implements ledger.Store.
func (u *usageLedger) Extensions(ctx context.Context, planID, keyID string, first, last ledger.Day, each func(ledger.Extension)) error {
	s, err := u.open(ctx)
	if err != nil {
		return err
	}
	return s.Extensions(ctx, planID, keyID, first, last, each)
}

// Born implements ledger.Store.
func (u *usageLedger) Born(ctx context.Context, planID string, day ledger.Day) (ledger.Day, error) {
	s, err := u.open(ctx)
	if err != nil {
		return day, err
	}
	return s.Born(ctx, planID, day)
}

// Prune implements ledger.Store.
func (u *usageLedger) Prune(ctx context.Context, first ledger.Day) error {
	if s := u.opened(); s != nil {
		return s.Prune(ctx, first)
	}
	return nil
}

// Close implements ledger.Store.
func (u *usageLedger) Close() error {
	if s := u.opened(); s != nil {
		return s.Close()
	}
	return nil
}
