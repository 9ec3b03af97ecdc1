package store

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
)

const (
	// channel is what nodes tell each other of commits on. It is only a hint: what
	// there is to see is in the table of changes.
	channel = "sluice_changes"
	// catchUp is how often that table is looked at anyway.
	catchUp = time.Second
	// fetch is how many changes are read at once; the last commit is read whole.
	fetch = 10_000
	// pruneEvery is how often old changes are removed.
	pruneEvery = 5 * time.Minute
	// reconnectAfter is the longest wait between attempts to listen.
	reconnectAfter = 5 * time.Second
)

// retention says which changes are kept for nodes that have not seen them.
type retention struct {
	age  time.Duration // at most
	rows int64         // at most
}

func defaultRetention() retention { return retention{time.Hour, 500_000} }

var _ source = (*Postgres)(nil)

// knownKeys are the keys that subscribers know of, some 100 bytes each: a node that
// lost sight of the others can tell by them what is gone.
type knownKeys map[string]struct{}

func (k knownKeys) apply(changes []Change) {
	for _, c := range changes {
		if c.Deleted {
			delete(k, c.Key)
		} else {
			k[c.Key] = struct{}{}
		}
	}
}

// Run implements [Store].
func (s *Postgres) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.lookRegularly(ctx)
	}()
	wait := catchUp / 10
	for ctx.Err() == nil {
		if heard := s.listen(ctx); heard {
			wait = catchUp / 10
		}
		sleep(ctx, wait/2+rand.N(wait))
		wait = min(2*wait, reconnectAfter)
	}
	<-ended
	return nil
}

// lookRegularly asks for what no notification told of, and removes what is old.
func (s *Postgres) lookRegularly(ctx context.Context) {
	look, prune := time.NewTicker(catchUp), time.NewTicker(pruneEvery)
	defer look.Stop()
	defer prune.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			s.feed.wake()
		case <-prune.C:
			_ = s.prune(ctx) // the next time will do
		}
	}
}

// listen waits for notifications on a connection of its own until that fails. It
// reports whether it ever was connected.
func (s *Postgres) listen(ctx context.Context) bool {
	config := s.pool.Config().ConnConfig
	config.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.DeadlineContextWatcherHandler{Conn: c.Conn()}
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return false
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return false
	}
	for {
		s.feed.wake() // at first for what came before
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return true
		}
	}
}

// querier is a transaction or the pool.
type querier interface {
	QueryRow(ctx context.Context, query string, args ...any) pgx.Row
}

// head is the revision of the latest commit.
func (s *Postgres) head(ctx context.Context, q querier) (head int64, err error) {
	err = q.QueryRow(ctx, `SELECT greatest((SELECT revision FROM sluice_pruned),
		(SELECT coalesce(max(revision), 0) FROM sluice_changes))`).Scan(&head)
	return head, err
}

// changes implements [source].
func (s *Postgres) changes(ctx context.Context, after int64) ([]Change, int64, bool, error) {
	if s.known == nil {
		// Later than after, perhaps: applying the changes since then once more does no harm.
		keys, err := s.keyRevisions(ctx, func(pgx.Tx) error { return nil })
		if err != nil {
			return nil, 0, false, err
		}
		s.known = make(knownKeys, len(keys))
		s.known.apply(keys)
	}
	var changes []Change
	var pruned, head int64
	var b pgx.Batch
	b.Queue("SELECT revision, key, deleted FROM sluice_changes WHERE revision > $1 ORDER BY revision FETCH FIRST $2 ROWS WITH TIES", after, fetch).
		Query(func(rows pgx.Rows) (err error) {
			changes, err = scanChanges(rows)
			return err
		})
	// Asked second: what is not pruned now was not when the changes were read.
	b.Queue("SELECT revision, greatest(revision, (SELECT coalesce(max(revision), 0) FROM sluice_changes)) FROM sluice_pruned").
		QueryRow(func(row pgx.Row) error { return row.Scan(&pruned, &head) })
	if err := s.pool.SendBatch(ctx, &b).Close(); err != nil {
		return nil, 0, false, err
	}
	if pruned > after || head < after {
		return s.relist(ctx, after)
	}
	if len(changes) == 0 {
		return nil, after, false, nil
	}
	s.known.apply(changes)
	return changes, changes[len(changes)-1].Revision, len(changes) >= fetch, nil
}

func scanChanges(rows pgx.Rows) ([]Change, error) {
	var changes []Change
	var key []byte
	var c Change
	_, err := pgx.ForEachRow(rows, []any{&c.Revision, &key, &c.Deleted}, func() error {
		c.Key = string(key)
		changes = append(changes, c)
		return nil
	})
	sortChanges(changes)
	return changes, err
}

func sortChanges(changes []Change) {
	slices.SortFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Revision, b.Revision), strings.Compare(a.Key, b.Key))
	})
}

// keyRevisions returns all records as changes, and calls also in the same snapshot.
func (s *Postgres) keyRevisions(ctx context.Context, also func(pgx.Tx) error) ([]Change, error) {
	t, err := s.pool.BeginTx(ctx, pgx.TxOptions{BeginQuery: beginning(ctx, snapshotOnly, time.Minute, false)})
	if err != nil {
		return nil, err
	}
	defer rollback(t)
	rows, err := t.Query(ctx, "SELECT revision, key, false FROM sluice_records")
	if err != nil {
		return nil, err
	}
	keys, err := scanChanges(rows)
	if err != nil {
		return nil, err
	}
	return keys, also(t)
}

// relist finds out what became of the keys when the steps are no longer known. When
// the revisions went back the database is another one, and every key may have changed.
func (s *Postgres) relist(ctx context.Context, after int64) ([]Change, int64, bool, error) {
	var head int64
	keys, err := s.keyRevisions(ctx, func(t pgx.Tx) (err error) {
		head, err = s.head(ctx, t)
		return err
	})
	if err != nil {
		return nil, 0, false, err
	}
	known := make(knownKeys, len(keys))
	known.apply(keys)
	changes := keys
	if head >= after {
		changes = slices.DeleteFunc(keys, func(c Change) bool { return c.Revision <= after })
	}
	for key := range s.known {
		if _, ok := known[key]; !ok {
			changes = append(changes, Change{Key: key, Deleted: true, Revision: head})
		}
	}
	sortChanges(changes)
	s.known = known
	return changes, head, false, nil
}

// prune removes changes that all nodes should have seen long since.
func (s *Postgres) prune(ctx context.Context) error {
	t, err := s.pool.BeginTx(ctx, pgx.TxOptions{BeginQuery: beginning(ctx, "BEGIN", time.Minute, false)})
	if err != nil {
		return err
	}
	defer rollback(t)
	var b pgx.Batch
	b.Queue("SELECT FROM sluice_pruned FOR UPDATE") // one node at a time
	b.Queue(`UPDATE sluice_pruned SET revision = greatest(revision,
		(SELECT coalesce(max(revision), 0) FROM sluice_changes WHERE at < now() - make_interval(secs => $1)),
		(SELECT coalesce(max(revision), 0) FROM (SELECT revision FROM sluice_changes ORDER BY revision DESC OFFSET $2) AS older))`,
		s.keep.age.Seconds(), s.keep.rows)
	b.Queue("DELETE FROM sluice_changes WHERE revision <= (SELECT revision FROM sluice_pruned)")
	if err := t.SendBatch(ctx, &b).Close(); err != nil {
		return err
	}
	return t.Commit(ctx)
}
