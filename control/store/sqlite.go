package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"runtime"
	"sync/atomic"

	"github.com/pressly/goose/v3"
	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// SQLite is a store in a file. A commit is on the disk before Update returns.
//
// One process serves from a file: it holds a lock file beside it, and another one
// is refused. Others may read it at the same time, see [OpenSQLiteReader].
type SQLite struct {
	readers *sql.DB
	writer  *sql.DB // one connection; nil where only reading is allowed
	lock    *sql.DB
	read    sqliteStatements
	written sqliteStatements
	insert  *sql.Stmt
	remove  *sql.Stmt
	codec   *codec
	turn    turn
	queue   queue
	feed    *feed
	closed  atomic.Bool
}

var _ Store = (*SQLite)(nil)

// sqliteStatements are what a snapshot asks, prepared.
type sqliteStatements struct{ get, list, keys *sql.Stmt }

func (s *sqliteStatements) prepare(ctx context.Context, db *sql.DB) error {
	return prepare(ctx, db, map[string]**sql.Stmt{
		"SELECT value, encoding FROM records WHERE key = ?":                                                  &s.get,
		"SELECT key, value, encoding, revision FROM records WHERE key >= ? AND key < ? ORDER BY key LIMIT ?": &s.list,
		"SELECT key FROM records WHERE key >= ? AND key < ? ORDER BY key":                                    &s.keys,
	})
}

func prepare(ctx context.Context, db *sql.DB, statements map[string]**sql.Stmt) error {
	for query, into := range statements {
		stmt, err := db.PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		*into = stmt
	}
	return nil
}

// OpenSQLite opens the file, or makes it. Errors are [ErrInUse] and [ErrNewer].
func OpenSQLite(ctx context.Context, path string) (*SQLite, error) {
	s, err := openSQLite(ctx, path, false)
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", path, err)
	}
	return s, nil
}

// OpenSQLiteReader opens a file that is there for View and Backup alone, while
// another process may serve from it.
func OpenSQLiteReader(ctx context.Context, path string) (*SQLite, error) {
	s, err := openSQLite(ctx, path, true)
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", path, err)
	}
	return s, nil
}

func openSQLite(ctx context.Context, path string, readOnly bool) (_ *SQLite, err error) {
	s := &SQLite{turn: newTurn()}
	defer func() {
		if err != nil {
			s.release()
		}
	}()
	if s.codec, err = newCodec(); err != nil {
		return nil, err
	}
	if readOnly {
		// SQLite would make the file.
		if _, err := os.Stat(path); err != nil {
			return nil, err
		}
	} else if err := s.openWriter(ctx, path); err != nil {
		return nil, err
	}
	if s.readers, err = openFile(path, max(4, 2*runtime.GOMAXPROCS(0)), "busy_timeout(5000)", "query_only(1)", "cache_size(-8000)"); err != nil {
		return nil, err
	}
	if readOnly {
		if err := migrate(ctx, goose.DialectSQLite3, s.readers, true); err != nil {
			return nil, err
		}
	}
	if err := s.read.prepare(ctx, s.readers); err != nil {
		return nil, err
	}
	s.feed = newFeed(&s.queue, 0)
	return s, nil
}

func (s *SQLite) openWriter(ctx context.Context, path string) (err error) {
	if s.lock, err = lockFile(ctx, path+".lock"); err != nil {
		return err
	}
	// FULL: the log is on the disk when a commit returns.
	s.writer, err = openFile(path, 1, "busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)",
		"journal_size_limit(67108864)", "cache_size(-16000)")
	if err != nil {
		return err
	}
	if err := migrate(ctx, goose.DialectSQLite3, s.writer, false); err != nil {
		return err
	}
	if err := s.written.prepare(ctx, s.writer); err != nil {
		return err
	}
	return prepare(ctx, s.writer, map[string]**sql.Stmt{
		`INSERT INTO records (key, value, encoding, revision) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE
			SET value = excluded.value, encoding = excluded.encoding, revision = excluded.revision`: &s.insert,
		"DELETE FROM records WHERE key = ?": &s.remove,
	})
}

func openFile(path string, connections int, pragmas ...string) (*sql.DB, error) {
	query := url.Values{"_pragma": pragmas}
	if connections == 1 {
		query.Set("_txlock", "immediate")
	}
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxLifetime(0)
	return db, nil
}

// lockFile locks a file of its own: readers of another process may have the
// database open, so its own locks cannot say who serves from it. The lock ends
// with the process, however that ends.
func lockFile(ctx context.Context, path string) (*sql.DB, error) {
	db, err := openFile(path, 1, "locking_mode(EXCLUSIVE)", "journal_mode(MEMORY)", "synchronous(OFF)")
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, "PRAGMA user_version = 1"); err != nil {
		db.Close()
		var e *driver.Error
		if errors.As(err, &e) && e.Code()&0xff == lib.SQLITE_BUSY {
			err = ErrInUse
		}
		return nil, err
	}
	return db, nil
}

// View implements [Store].
func (s *SQLite) View(ctx context.Context, fn func(Tx) error) error {
	if s.closed.Load() {
		return ErrClosed
	}
	t, err := s.readers.BeginTx(ctx, nil)
	if err != nil {
		return sqliteError(ctx, err)
	}
	defer t.Rollback()
	return reading(ctx, &sqliteSnapshot{t, &s.read, s.codec}).run(fn)
}

// Update implements [Store]. fn runs once.
func (s *SQLite) Update(ctx context.Context, fn func(Tx) error) error {
	return s.commit(ctx, func(t *sql.Tx) ([]Change, int64, error) {
		w := writing(ctx, &sqliteSnapshot{t, &s.written, s.codec})
		if err := w.run(fn); err != nil {
			return nil, 0, err
		}
		entries := w.entries(s.codec)
		if len(entries) == 0 {
			return nil, 0, nil
		}
		revision, err := nextRevision(ctx, t)
		if err != nil {
			return nil, 0, err
		}
		return changesOf(entries, revision), revision, s.write(ctx, t, entries, revision)
	})
}

// commit stores what do writes, unless the revision that it returns is 0.
func (s *SQLite) commit(ctx context.Context, do func(*sql.Tx) ([]Change, int64, error)) error {
	revision, err := s.commitInTurn(ctx, do)
	if err == nil && revision > 0 {
		s.feed.await(ctx, revision)
	}
	return err
}

func (s *SQLite) commitInTurn(ctx context.Context, do func(*sql.Tx) ([]Change, int64, error)) (int64, error) {
	if s.writer == nil {
		return 0, ErrReadOnly
	}
	if err := s.turn.take(ctx); err != nil {
		return 0, err
	}
	defer s.turn.pass()
	if s.closed.Load() {
		return 0, ErrClosed
	}
	t, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return 0, sqliteError(ctx, err)
	}
	defer t.Rollback()
	changes, revision, err := do(t)
	if err != nil || revision == 0 {
		return 0, err
	}
	if err := t.Commit(); err != nil {
		return 0, sqliteError(ctx, err)
	}
	s.queue.publish(s.feed, changes, revision)
	return revision, nil
}

func nextRevision(ctx context.Context, t *sql.Tx) (revision int64, err error) {
	err = t.QueryRowContext(ctx, "UPDATE revision SET last = last + 1 RETURNING last").Scan(&revision)
	return revision, sqliteError(ctx, err)
}

func (s *SQLite) write(ctx context.Context, t *sql.Tx, entries []entry, revision int64) error {
	insert, remove := t.StmtContext(ctx, s.insert), t.StmtContext(ctx, s.remove)
	for _, e := range entries {
		var err error
		if e.deleted {
			_, err = remove.ExecContext(ctx, []byte(e.key))
		} else {
			_, err = insert.ExecContext(ctx, []byte(e.key), e.data, int64(e.encoding), revision)
		}
		if err != nil {
			return sqliteError(ctx, err)
		}
	}
	return nil
}

// Subscribe implements [Store].
func (s *SQLite) Subscribe(f func(ctx context.Context, changes []Change)) { s.feed.subscribe(f) }

// Run implements [Store]. There are no other nodes.
func (s *SQLite) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// Backup implements [Store].
func (s *SQLite) Backup(ctx context.Context, w io.Writer) error { return backup(ctx, s, w) }

// Restore implements [Store].
func (s *SQLite) Restore(ctx context.Context, r io.Reader, mode RestoreMode) error {
	return s.commit(ctx, func(t *sql.Tx) ([]Change, int64, error) {
		base := &sqliteSnapshot{t, &s.written, s.codec}
		old, err := base.keys(ctx, "", "\xff")
		if err != nil {
			return nil, 0, err
		}
		if mode != Replace && len(old) > 0 {
			return nil, 0, ErrNotEmpty
		}
		revision, err := nextRevision(ctx, t)
		if err != nil {
			return nil, 0, err
		}
		if _, err := t.ExecContext(ctx, "DELETE FROM records"); err != nil {
			return nil, 0, sqliteError(ctx, err)
		}
		restored := newRestored(old)
		err = readBackup(ctx, r, s.codec, func(entries []entry) error {
			restored.add(entries)
			return s.write(ctx, t, entries, revision)
		})
		if err != nil {
			return nil, 0, err
		}
		return restored.changes(revision), revision, nil
	})
}

// Close implements [Store].
func (s *SQLite) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.feed.close()
	s.turn <- struct{}{} // the last writer ends before the file is closed
	defer s.turn.pass()
	return s.release()
}

// release closes what is open; the file no longer belongs to this process after.
func (s *SQLite) release() error {
	var errs []error
	for _, db := range []*sql.DB{s.readers, s.writer, s.lock} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.codec != nil {
		s.codec.close()
	}
	return errors.Join(errs...)
}

// sqliteError has a query that was interrupted fail with what interrupted it.
func sqliteError(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}

// sqliteSnapshot is a transaction of the database.
type sqliteSnapshot struct {
	tx    *sql.Tx
	ask   *sqliteStatements
	codec *codec
}

func (s *sqliteSnapshot) get(ctx context.Context, key string) ([]byte, error) {
	var data []byte
	var e encoding
	err := s.tx.StmtContext(ctx, s.ask.get).QueryRowContext(ctx, []byte(key)).Scan(&data, &e)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, sqliteError(ctx, err)
	}
	return s.codec.decode(data, e)
}

func (s *sqliteSnapshot) list(ctx context.Context, low, high string, limit int) ([]Record, error) {
	if limit <= 0 {
		limit = -1 // none
	}
	var records []Record
	err := s.rows(ctx, s.ask.list, func(rows *sql.Rows) error {
		var r Record
		var data []byte
		var e encoding
		err := rows.Scan(&r.Key, &data, &e, &r.Revision)
		if err != nil {
			return err
		}
		if r.Value, err = s.codec.decode(data, e); err != nil {
			return err
		}
		records = append(records, r)
		return nil
	}, []byte(low), []byte(high), limit)
	return records, err
}

func (s *sqliteSnapshot) keys(ctx context.Context, low, high string) ([]string, error) {
	var keys []string
	err := s.rows(ctx, s.ask.keys, func(rows *sql.Rows) error {
		var key string
		err := rows.Scan(&key)
		keys = append(keys, key)
		return err
	}, []byte(low), []byte(high))
	return keys, err
}

func (s *sqliteSnapshot) rows(ctx context.Context, stmt *sql.Stmt, scan func(*sql.Rows) error, args ...any) error {
	rows, err := s.tx.StmtContext(ctx, stmt).QueryContext(ctx, args...)
	if err != nil {
		return sqliteError(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return sqliteError(ctx, err)
		}
	}
	return sqliteError(ctx, rows.Err())
}
