// Package sqlite keeps a ledger in a SQLite file.
//
// The file belongs to one process, which holds it locked: two limiters that write
// their totals into one file would overwrite each other's. What is written
// survives the death of the process at once, and of the machine up to the last
// checkpoint of the write-ahead log.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"sluice/throttle/ledger"
)

// schema is version 1 of the tables; user_version tells a file's.
const (
	schemaVersion = 1
	schema        = `
CREATE TABLE usage (
	plan_id TEXT NOT NULL,
	key_id  TEXT NOT NULL,
	day     INTEGER NOT NULL, -- since 1970-01-01, UTC
	used    INTEGER NOT NULL,
	PRIMARY KEY (plan_id, key_id, day)
) WITHOUT ROWID;
CREATE INDEX usage_day ON usage (day);
CREATE TABLE extensions (
	plan_id TEXT NOT NULL,
	key_id  TEXT NOT NULL,
	period  TEXT NOT NULL,
	start   INTEGER NOT NULL, -- first day of the period
	extra   INTEGER NOT NULL,
	PRIMARY KEY (plan_id, key_id, period, start)
) WITHOUT ROWID;
CREATE TABLE plans (
	plan_id TEXT PRIMARY KEY,
	born    INTEGER NOT NULL -- first day
) WITHOUT ROWID;
PRAGMA user_version = 1;`
)

// Store is a ledger in a file.
type Store struct {
	db *sql.DB
}

var _ ledger.Store = (*Store)(nil)

// Open opens the file, or makes it.
func Open(ctx context.Context, path string) (*Store, error) {
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: url.Values{"_pragma": {
		"busy_timeout(1000)", "locking_mode(EXCLUSIVE)", "journal_mode(WAL)", "synchronous(NORMAL)",
	}}.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, fmt.Errorf("usage ledger %s: %w", path, err)
	}
	db.SetMaxOpenConns(1) // it holds the lock
	db.SetMaxIdleConns(1)
	db.SetConnMaxLifetime(0)
	s := &Store{db}
	if err := s.migrate(ctx); err != nil {
		db.Close()
		var e *driver.Error
		if errors.As(err, &e) && e.Code()&0xff == lib.SQLITE_BUSY {
			err = fmt.Errorf("another process has it open: %w", err)
		}
		return nil, fmt.Errorf("usage ledger %s: %w", path, err)
	}
	return s, nil
}

func (s *Store) migrate(ctx context.Context) error {
	return s.inTransaction(ctx, func(tx *sql.Tx) error {
		var version int
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
			return err
		}
		switch version {
		case schemaVersion:
			return nil
		case 0:
			_, err := tx.ExecContext(ctx, schema)
			return err
		}
		return fmt.Errorf("its schema has version %d, which this program does not know", version)
	})
}

func (s *Store) inTransaction(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// Save implements ledger.Store.
func (s *Store) Save(ctx context.Context, entries []ledger.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	return s.inTransaction(ctx, func(tx *sql.Tx) error {
		put, err := tx.PrepareContext(ctx, `INSERT INTO usage (plan_id, key_id, day, used) VALUES (?, ?, ?, ?)
			ON CONFLICT (plan_id, key_id, day) DO UPDATE SET used = excluded.used`)
		if err != nil {
			return err
		}
		defer put.Close()
		for _, e := range entries {
			if _, err := put.ExecContext(ctx, e.PlanID, e.KeyID, int64(e.Day), e.Used); err != nil {
				return err
			}
		}
		return nil
	})
}

// Days implements ledger.Store.
func (s *Store) Days(ctx context.Context, planID, keyID string, first, last ledger.Day, each func(ledger.Entry)) error {
	query, args := ofKey("SELECT key_id, day, used FROM usage WHERE plan_id = ? AND day BETWEEN ? AND ?", planID, keyID, first, last)
	return s.rows(ctx, query, args, func(rows *sql.Rows) error {
		e := ledger.Entry{PlanID: planID}
		if err := rows.Scan(&e.KeyID, &e.Day, &e.Used); err != nil {
			return err
		}
		each(e)
		return nil
	})
}

func ofKey(query, planID, keyID string, first, last ledger.Day) (string, []any) {
	args := []any{planID, int64(first), int64(last)}
	if keyID != "" {
		return query + " AND key_id = ?", append(args, keyID)
	}
	return query, args
}

func (s *Store) rows(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Extend implements ledger.Store.
func (s *Store) Extend(ctx context.Context, e ledger.Extension) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO extensions (plan_id, key_id, period, start, extra) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (plan_id, key_id, period, start) DO UPDATE SET extra = excluded.extra`,
		e.PlanID, e.KeyID, string(e.Period), int64(e.Start), e.Extra)
	return err
}

// Extensions implements ledger.Store.
func (s *Store) Extensions(ctx context.Context, planID, keyID string, first, last ledger.Day, each func(ledger.Extension)) error {
	query, args := ofKey("SELECT key_id, period, start, extra FROM extensions WHERE plan_id = ? AND start BETWEEN ? AND ?", planID, keyID, first, last)
	return s.rows(ctx, query, args, func(rows *sql.Rows) error {
		e := ledger.Extension{PlanID: planID}
		if err := rows.Scan(&e.KeyID, &e.Period, &e.Start, &e.Extra); err != nil {
			return err
		}
		each(e)
		return nil
	})
}

// Born implements ledger.Store.
func (s *Store) Born(ctx context.Context, planID string, day ledger.Day) (ledger.Day, error) {
	err := s.db.QueryRowContext(ctx, `INSERT INTO plans (plan_id, born) VALUES (?, ?)
		ON CONFLICT (plan_id) DO UPDATE SET born = born RETURNING born`, planID, int64(day)).Scan(&day)
	return day, err
}

// Prune implements ledger.Store.
func (s *Store) Prune(ctx context.Context, first ledger.Day) error {
	return s.inTransaction(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM usage WHERE day < ?", int64(first)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM extensions WHERE start < ?", int64(first))
		return err
	})
}

// Close implements ledger.Store.
func (s *Store) Close() error { return s.db.Close() }
