package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

const (
	// optimistic is how often an Update runs side by side with others. When it
	// lost that often it waits for its turn first, where nothing can get in its way.
	optimistic = 3
	// attempts is how often it runs at all.
	attempts = 10
	// defaultOutage is how long a transaction waits for a database that is gone.
	defaultOutage = 10 * time.Second
	// ownCommit is how long Update waits for subscribers to see its commit.
	ownCommit = 30 * time.Second
	// poolSize is the number of connections, unless the URL has pool_max_conns.
	poolSize = 10
)

// Postgres is a store in a PostgreSQL database, shared by nodes. Transactions are
// serializable; revisions are in the order of the commits.
type Postgres struct {
	pool   *pgxpool.Pool
	codec  *codec
	feed   *feed
	known  knownKeys
	keep   retention
	outage time.Duration
	closed atomic.Bool
}

var _ Store = (*Postgres)(nil)

// OpenPostgres opens the database that a URL, or a connection string, names, and
// makes its tables. The tables are in the first schema of its search_path, so that
// several stores can share a database. An error is [ErrNewer].
func OpenPostgres(ctx context.Context, url string) (*Postgres, error) {
	s, err := openPostgres(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("store in PostgreSQL: %w", err)
	}
	return s, nil
}

func openPostgres(ctx context.Context, url string) (*Postgres, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err // says what is wrong with it, without the password
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = poolSize
	}
	// A server whose machine is gone is noticed within half a minute.
	dialer := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3}}
	config.ConnConfig.DialFunc = dialer.DialContext
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	if _, ok := config.ConnConfig.RuntimeParams["application_name"]; !ok {
		config.ConnConfig.RuntimeParams["application_name"] = "sluice"
	}
	db := stdlib.OpenDB(*config.ConnConfig)
	err = migrate(ctx, goose.DialectPostgres, db, false)
	db.Close()
	if err != nil {
		return nil, err
	}
	// When ctx ends the server is told before a call returns: nothing waits there
	// for a lock any more, and the connection can be used again.
	config.ConnConfig.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: time.Second}
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	s := &Postgres{pool: pool, keep: defaultRetention(), outage: defaultOutage}
	if s.codec, err = newCodec(); err != nil {
		pool.Close()
		return nil, err
	}
	head, err := s.head(ctx, pool)
	if err != nil {
		s.codec.close()
		pool.Close()
		return nil, err
	}
	s.feed = newFeed(s, head)
	return s, nil
}

// Conditions under which a transaction begins.
const (
	snapshotOnly = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	// Without sequential scans a transaction takes predicate locks on the pages it
	// reads only, and collides less.
	serializable = "BEGIN ISOLATION LEVEL SERIALIZABLE; SET LOCAL enable_seqscan = off"
	// This command takes no snapshot, so the transaction sees all that those before
	// it committed.
	takeTurn = "LOCK TABLE sluice_turn IN EXCLUSIVE MODE"
)

// beginning is the text that begins a transaction. Should this node freeze, or the
// network fail, the server does not keep its locks for longer than that takes.
func beginning(ctx context.Context, begin string, idle time.Duration, turn bool) string {
	b := begin + "; SET LOCAL idle_in_transaction_session_timeout = " + milliseconds(idle)
	lock := time.Minute
	if deadline, ok := ctx.Deadline(); ok {
		rest := max(time.Until(deadline), time.Millisecond)
		lock = min(lock, rest)
		b += "; SET LOCAL statement_timeout = " + milliseconds(rest+time.Second)
	} else {
		b += "; SET LOCAL statement_timeout = 0"
	}
	b += "; SET LOCAL lock_timeout = " + milliseconds(lock)
	if turn {
		b += "; " + takeTurn
	}
	return b
}

func milliseconds(d time.Duration) string {
	return strconv.FormatInt(max(d.Milliseconds(), 1), 10)
}

// begin begins a transaction. While the server is away, or starting, it tries
// again: nothing has been done yet.
func (s *Postgres) begin(ctx context.Context, text func() string) (pgx.Tx, error) {
	p := newPatience(ctx, s.outage)
	for {
		t, err := s.pool.BeginTx(ctx, pgx.TxOptions{BeginQuery: text()})
		if err == nil || !isAway(err) || !p.wait() {
			return t, err
		}
	}
}

// View implements [Store].
func (s *Postgres) View(ctx context.Context, fn func(Tx) error) error {
	if s.closed.Load() {
		return ErrClosed
	}
	t, err := s.begin(ctx, func() string { return beginning(ctx, snapshotOnly, time.Hour, false) })
	if err != nil {
		return postgresError(ctx, err)
	}
	defer rollback(t)
	return reading(ctx, &postgresSnapshot{t, s.codec}).run(fn)
}

// Update implements [Store].
func (s *Postgres) Update(ctx context.Context, fn func(Tx) error) error {
	p := newPatience(ctx, s.outage)
	var err error
	for attempt := range attempts {
		var revision int64
		revision, err = s.attempt(ctx, attempt >= optimistic, fn)
		if err == nil {
			s.await(ctx, revision)
			return nil
		}
		if !isCollision(err) && !isAway(err) || !p.wait() {
			return postgresError(ctx, err)
		}
	}
	return postgresError(ctx, err)
}

// attempt runs an Update once. It returns the revision of the commit, or 0 if
// nothing was to be stored.
func (s *Postgres) attempt(ctx context.Context, turn bool, fn func(Tx) error) (int64, error) {
	if s.closed.Load() {
		return 0, ErrClosed
	}
	t, err := s.begin(ctx, func() string { return beginning(ctx, serializable, time.Minute, turn) })
	if err != nil {
		return 0, err
	}
	defer rollback(t)
	w := writing(ctx, &postgresSnapshot{t, s.codec})
	if err := w.run(fn); err != nil {
		if w.err != nil {
			return 0, w.err // whatever fn made of it
		}
		return 0, final{err}
	}
	entries := w.entries(s.codec)
	if len(entries) == 0 {
		// What fn read must have been true at one time, too.
		return 0, t.Commit(ctx)
	}
	revision, err := nextPostgresRevision(ctx, t)
	if err != nil {
		return 0, err
	}
	if err := writePostgres(ctx, t, entries, revision); err != nil {
		return 0, err
	}
	if err := changePostgres(ctx, t, changesOf(entries, revision)); err != nil {
		return 0, err
	}
	if err := s.commit(ctx, t, revision); err != nil {
		return 0, err
	}
	return revision, nil
}

// commit commits, and finds out whether it did.
func (s *Postgres) commit(ctx context.Context, t pgx.Tx, revision int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// From here on the outcome counts, not whether the caller still waits for it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.outage)
	defer cancel()
	err := t.Commit(ctx)
	var refused *pgconn.PgError
	if err == nil || errors.Is(err, pgx.ErrTxCommitRollback) || errors.As(err, &refused) && !isAway(err) {
		return err
	}
	done, asked := s.committed(ctx, revision)
	switch {
	case asked != nil:
		return final{fmt.Errorf("%w: %w", ErrUnknownOutcome, err)}
	case done:
		return nil
	}
	return err
}

// committed reports whether a commit whose answer was lost is done.
func (s *Postgres) committed(ctx context.Context, revision int64) (done bool, err error) {
	// The server may still be at it: our turn comes when it has ended.
	t, err := s.begin(ctx, func() string { return beginning(ctx, "BEGIN", time.Minute, true) })
	if err != nil {
		return false, err
	}
	defer rollback(t)
	err = t.QueryRow(ctx, "SELECT EXISTS (SELECT FROM sluice_changes WHERE revision = $1)", revision).Scan(&done)
	return done, err
}

// nextPostgresRevision takes the turn and a number. They are given back when the
// transaction ends, so whoever sees a revision sees all before it.
func nextPostgresRevision(ctx context.Context, t pgx.Tx) (revision int64, err error) {
	var b pgx.Batch
	b.Queue(takeTurn)
	b.Queue("SELECT nextval('sluice_revision')").QueryRow(func(row pgx.Row) error { return row.Scan(&revision) })
	return revision, t.SendBatch(ctx, &b).Close()
}

// writeBatch bounds what is sent to the server in one message, in bytes and in records.
const (
	writeBatchBytes   = 8 << 20
	writeBatchRecords = 5000
)

func writePostgres(ctx context.Context, t pgx.Tx, entries []entry, revision int64) error {
	for len(entries) > 0 {
		var keys, values, gone [][]byte
		var encodings []int16
		n := 0
		for size := 0; n < len(entries) && n < writeBatchRecords && size < writeBatchBytes; n++ {
			e := entries[n]
			size += len(e.key) + len(e.data)
			if e.deleted {
				gone = append(gone, []byte(e.key))
				continue
			}
			keys, values, encodings = append(keys, []byte(e.key)), append(values, e.data), append(encodings, int16(e.encoding))
		}
		entries = entries[n:]
		var b pgx.Batch
		if len(gone) > 0 {
			b.Queue("DELETE FROM sluice_records WHERE key = ANY ($1::bytea[])", gone)
		}
		if len(keys) > 0 {
			b.Queue(`INSERT INTO sluice_records (key, value, encoding, revision)
				SELECT k, v, e, $4 FROM unnest($1::bytea[], $2::bytea[], $3::smallint[]) AS new (k, v, e)
				ON CONFLICT (key) DO UPDATE SET value = excluded.value, encoding = excluded.encoding, revision = excluded.revision`,
				keys, values, encodings, revision)
		}
		if err := t.SendBatch(ctx, &b).Close(); err != nil {
			return err
		}
	}
	return nil
}

// changePostgres notes what a commit changes, and tells the nodes once it is done.
func changePostgres(ctx context.Context, t pgx.Tx, changes []Change) error {
	for rest := changes; len(rest) > 0; {
		n := min(len(rest), writeBatchRecords)
		keys, gone := make([][]byte, n), make([]bool, n)
		for i, c := range rest[:n] {
			keys[i], gone[i] = []byte(c.Key), c.Deleted
		}
		rest = rest[n:]
		var b pgx.Batch
		b.Queue("INSERT INTO sluice_changes (revision, key, deleted) SELECT $1, k, d FROM unnest($2::bytea[], $3::boolean[]) AS new (k, d)",
			changes[0].Revision, keys, gone)
		if len(rest) == 0 {
			b.Queue("NOTIFY " + channel)
		}
		if err := t.SendBatch(ctx, &b).Close(); err != nil {
			return err
		}
	}
	return nil
}

// await waits until this node's subscribers have seen a commit.
func (s *Postgres) await(ctx context.Context, revision int64) {
	if revision == 0 || !s.feed.active() {
		return
	}
	s.feed.wake()
	ctx, cancel := context.WithTimeout(ctx, ownCommit)
	defer cancel()
	s.feed.await(ctx, revision)
}

// Subscribe implements [Store].
func (s *Postgres) Subscribe(f func(ctx context.Context, changes []Change)) { s.feed.subscribe(f) }

// Backup implements [Store].
func (s *Postgres) Backup(ctx context.Context, w io.Writer) error { return backup(ctx, s, w) }

// Restore implements [Store]. It waits for its turn before it begins: a backup
// cannot be read twice.
func (s *Postgres) Restore(ctx context.Context, r io.Reader, mode RestoreMode) error {
	if s.closed.Load() {
		return ErrClosed
	}
	// The backup may come from somewhere slow.
	t, err := s.begin(ctx, func() string { return beginning(ctx, serializable, 10*time.Minute, true) })
	if err != nil {
		return postgresError(ctx, err)
	}
	defer rollback(t)
	revision, err := s.restore(ctx, t, r, mode)
	if err == nil {
		err = s.commit(ctx, t, revision)
	}
	if err != nil {
		return postgresError(ctx, err)
	}
	s.await(ctx, revision)
	return nil
}

func (s *Postgres) restore(ctx context.Context, t pgx.Tx, r io.Reader, mode RestoreMode) (int64, error) {
	base := &postgresSnapshot{t, s.codec}
	old, err := base.keys(ctx, "", "\xff")
	if err != nil {
		return 0, err
	}
	if mode != Replace && len(old) > 0 {
		return 0, ErrNotEmpty
	}
	revision, err := nextPostgresRevision(ctx, t)
	if err != nil {
		return 0, err
	}
	if _, err := t.Exec(ctx, "DELETE FROM sluice_records"); err != nil {
		return 0, err
	}
	restored := newRestored(old)
	err = readBackup(ctx, r, s.codec, func(entries []entry) error {
		restored.add(entries)
		return writePostgres(ctx, t, entries, revision)
	})
	if err != nil {
		return 0, err
	}
	changes := restored.changes(revision)
	if len(changes) == 0 {
		return 0, nil
	}
	return revision, changePostgres(ctx, t, changes)
}

// Close implements [Store].
func (s *Postgres) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.feed.close()
	s.pool.Close()
	s.codec.close()
	return nil
}

// rollback ends a transaction that was not committed; after a commit it does nothing.
func rollback(t pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = t.Rollback(ctx) // a connection that it fails on is closed, which rolls back
}

// postgresSnapshot is a transaction of the database.
type postgresSnapshot struct {
	tx    pgx.Tx
	codec *codec
}

func (s *postgresSnapshot) get(ctx context.Context, key string) ([]byte, error) {
	var data []byte
	var e encoding
	err := s.tx.QueryRow(ctx, "SELECT value, encoding FROM sluice_records WHERE key = $1", []byte(key)).Scan(&data, &e)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.codec.decode(data, e)
}

func (s *postgresSnapshot) list(ctx context.Context, low, high string, limit int) ([]Record, error) {
	var most *int
	if limit > 0 {
		most = &limit
	}
	rows, err := s.tx.Query(ctx, `SELECT key, value, encoding, revision FROM sluice_records
		WHERE key >= $1 AND key < $2 ORDER BY key LIMIT $3`, []byte(low), []byte(high), most)
	if err != nil {
		return nil, err
	}
	var records []Record
	var key, data []byte
	var e encoding
	var r Record
	_, err = pgx.ForEachRow(rows, []any{&key, &data, &e, &r.Revision}, func() error {
		var err error
		r.Key = string(key)
		r.Value, err = s.codec.decode(data, e)
		data = nil // a record keeps it
		records = append(records, r)
		return err
	})
	return records, err
}

func (s *postgresSnapshot) keys(ctx context.Context, low, high string) ([]string, error) {
	rows, err := s.tx.Query(ctx, "SELECT key FROM sluice_records WHERE key >= $1 AND key < $2 ORDER BY key", []byte(low), []byte(high))
	if err != nil {
		return nil, err
	}
	var keys []string
	var key []byte
	_, err = pgx.ForEachRow(rows, []any{&key}, func() error {
		keys = append(keys, string(key))
		return nil
	})
	return keys, err
}

// final is an error after which a transaction is not tried again.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// isCollision reports whether a transaction lost against another one.
func isCollision(err error) bool {
	var e *pgconn.PgError
	if errors.As(err, new(final)) || !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return true
	}
	return false
}

// isAway reports whether the server went away, or is not ready.
func isAway(err error) bool {
	if errors.As(err, new(final)) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var e *pgconn.PgError
	if errors.As(err, &e) {
		switch e.Code {
		case "57P01", "57P02", "57P03", // shutting down, crashed, starting
			"25P03", // idle_in_transaction_session_timeout
			"53300": // too_many_connections
			return true
		}
		return strings.HasPrefix(e.Code, "08") // connection exception
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed)
}

// postgresError is the error as the caller is to see it.
func postgresError(ctx context.Context, err error) error {
	var f final
	if errors.As(err, &f) {
		return f.error
	}
	var e *pgconn.PgError
	switch {
	case ctx.Err() != nil && !errors.Is(err, ctx.Err()):
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	case isCollision(err), errors.As(err, &e) && e.Code == "55P03": // lock_not_available: others took all the time
		return fmt.Errorf("%w: %w", ErrConflict, err)
	}
	return err
}

// patience is a wait between attempts that grows, with jitter, and ends.
type patience struct {
	ctx   context.Context
	until time.Time
	next  time.Duration
}

func newPatience(ctx context.Context, total time.Duration) *patience {
	return &patience{ctx, time.Now().Add(total), 5 * time.Millisecond}
}

// wait waits; it returns false when there is no more time.
func (p *patience) wait() bool {
	d := p.next/2 + rand.N(p.next)
	p.next = min(p.next*2, 500*time.Millisecond)
	if time.Now().Add(d).After(p.until) {
		return false
	}
	return sleep(p.ctx, d)
}

// sleep returns false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
