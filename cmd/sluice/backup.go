package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"sluice/control/store"
)

// storeFlags say which store a command is about.
type storeFlags struct {
	DataDir string `env:"SLUICE_DATA_DIR" default:".sluice" placeholder:"DIR" help:"Where the control plane keeps its file (default: ${default})."`
	Store   string `env:"SLUICE_STORE" placeholder:"URL" help:"The PostgreSQL database instead: postgres://..."`
}

// open opens the store: to write, and then a file is made if there is none, or only to
// read, beside a node that serves from it.
func (f *storeFlags) open(ctx context.Context, write bool) (store.Store, error) {
	if f.Store != "" {
		c := controlFlags{Store: f.Store, ControlAuth: authNone}
		if err := c.check(); err != nil {
			return nil, err
		}
		return store.OpenPostgres(ctx, f.Store)
	}
	file := filepath.Join(f.DataDir, controlFile)
	if write {
		if err := makeDataDir(f.DataDir); err != nil {
			return nil, err
		}
		return store.OpenSQLite(ctx, file)
	}
	if _, err := os.Stat(file); err != nil {
		return nil, fmt.Errorf("there is nothing kept: %w", err)
	}
	return store.OpenSQLiteReader(ctx, file)
}

type backupCommand struct {
	storeFlags
	To string `arg:"" default:"-" name:"FILE" help:"File to write, - is standard output."`
}

// Help is what --help adds.
func (backupCommand) Help() string {
	return `Writes everything that the control plane keeps, secrets among it, as one file that restore reads into any kind of store.

Examples:
  sluice backup apis.backup
  sluice backup --store postgres://sluice@db/sluice - | sluice restore --data-dir copy -`
}

// Run writes a backup. A file is complete or not there.
func (c *backupCommand) Run(e *environment) (err error) {
	ctx, cancel := interruptible()
	defer cancel()
	s, err := c.open(ctx, false)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if c.To == "-" {
		return s.Backup(ctx, e.stdout)
	}
	file, err := os.CreateTemp(filepath.Dir(c.To), filepath.Base(c.To)+".*")
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer os.Remove(file.Name()) // after a failure; else it has its name by then
	if err := errors.Join(s.Backup(ctx, file), file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return os.Rename(file.Name(), c.To)
}

type restoreCommand struct {
	storeFlags
	Replace bool   `help:"Delete what is kept before; otherwise a store that is not empty is refused."`
	From    string `arg:"" default:"-" name:"FILE" help:"File that backup wrote, - is standard input."`
}

// Help is what --help adds.
func (restoreCommand) Help() string {
	return `Reads a file that backup wrote, all of it or nothing. Nodes on PostgreSQL serve what was restored at once; a node with a file of its own must not run meanwhile.`
}

// Run reads a backup.
func (c *restoreCommand) Run(e *environment) (err error) {
	ctx, cancel := interruptible()
	defer cancel()
	from := e.stdin
	if c.From != "-" {
		file, err := os.Open(c.From)
		if err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		defer file.Close()
		from = io.Reader(file)
	}
	s, err := c.open(ctx, true)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	mode := store.IntoEmpty
	if c.Replace {
		mode = store.Replace
	}
	switch err := s.Restore(ctx, from, mode); {
	case errors.Is(err, store.ErrNotEmpty):
		return fmt.Errorf("restore: %w; --replace deletes what is there", err)
	case err != nil:
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

// interruptible is a context that a signal to stop ends.
func interruptible() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}
