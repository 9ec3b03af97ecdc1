package throttle

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"sluice/throttle/fleet"
	"sluice/throttle/ledger"
)

// Options are what a limiter works with.
type Options struct {
	// Clock is the time of configuration and background work; nil is time.Now.
	// Requests bring their own.
	Clock func() time.Time
	// Ledger keeps the usage over restarts; nil keeps it in memory.
	Ledger ledger.Store
	// FlushEvery is the time between two writes to the ledger, and so what a crash
	// may lose; 0 is 250 ms.
	FlushEvery time.Duration
	// Fleet shares the limits with other nodes; nil is a node of its own. Its Run
	// is the caller's to run.
	Fleet *fleet.Client
	// Lease is how many tokens a node takes from a shared bucket ahead of requests,
	// up to MaxLease; 0 and 1 are none. See the package's comment for what it costs.
	Lease int
	// Log gets what goes wrong in the background; nil discards it.
	Log *slog.Logger
}

const (
	defaultFlushEvery = 250 * time.Millisecond
	sweepEvery        = 10 * time.Second // eviction of full buckets
	pruneEvery        = time.Hour        // of the ledger
	// A report goes back 90 days (aws-facts: usage plans, 4); a month's quota
	// that began before needs a few more.
	keptDays = 90 + 31
)

// Limiter meters requests. It is safe for concurrent use.
type Limiter struct {
	clock      func() time.Time
	start      time.Time
	ledger     ledger.Store
	flushEvery time.Duration
	log        *slog.Logger

	fleet      *fleet.Client
	lease      int64
	accountKey string // of the fleet's bucket

	keys         *index
	accountLimit atomic.Pointer[limit]

	_     [128]byte // every request writes to the account's bucket, and only reads what is above
	total shared
	_     [128]byte

	mu      sync.Mutex // held by changes of the configuration
	account Throttle
	byID    map[string]*apiKey
	plans   map[string]*plan
	stages  map[stageID]*Stage

	departures departures

	sweepMu     sync.Mutex
	withBuckets map[*subscription]struct{}

	dirty     atomic.Pointer[subscription] // the list of records to be written
	lastDirty subscription                 // ends the list, and is no record
	flushMu   sync.Mutex                   // one flush at a time
	closedMu  sync.Mutex
	closed    []ledger.Entry // of days that are over, to be written

	lateReports []lateReport               // guarded by closedMu
	unreported  map[*subscription]struct{} // by flushMu, as what follows
	outbox      *report                    // sent but not answered
	again       []again                    // what is to be told again
	epoch       atomic.Uint64              // of the fleet's memory, that was recalled for; 0: none yet
	hurry       chan struct{}              // a report is due before its time
}

// New makes a limiter without keys and plans, and with the service's account
// limits. Run does its background work.
func New(o Options) *Limiter {
	l := &Limiter{
		clock: o.Clock, ledger: o.Ledger, flushEvery: o.FlushEvery, log: o.Log,
		keys: newIndex(), byID: map[string]*apiKey{}, plans: map[string]*plan{}, stages: map[stageID]*Stage{},
		withBuckets: map[*subscription]struct{}{}, unreported: map[*subscription]struct{}{},
		hurry: make(chan struct{}, 1), fleet: o.Fleet, lease: int64(min(o.Lease, MaxLease)),
	}
	if l.fleet != nil {
		l.accountKey = l.fleet.Key("a")
	}
	if l.clock == nil {
		l.clock = time.Now
	}
	if l.ledger == nil {
		l.ledger = ledger.NewMemory()
	}
	if l.flushEvery <= 0 {
		l.flushEvery = defaultFlushEvery
	}
	if l.log == nil {
		l.log = slog.New(slog.DiscardHandler)
	}
	l.dirty.Store(&l.lastDirty)
	l.start = l.clock()
	l.setAccount(Throttle{})
	return l
}

// Run writes the usage to the ledger, evicts what is idle and forgets what is old,
// until the context ends; then it writes what is left and returns.
func (l *Limiter) Run(ctx context.Context) error {
	flush := time.NewTicker(l.flushEvery)
	defer flush.Stop()
	sweep := time.NewTicker(sweepEvery)
	defer sweep.Stop()
	prune := time.NewTicker(pruneEvery)
	defer prune.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return l.Flush(context.WithoutCancel(ctx))
		case <-flush.C:
			err := errors.Join(l.recall(ctx), l.Flush(ctx))
			if (err != nil) != failing { // once, not four times a second
				failing = err != nil
				if failing {
					l.log.Error("usage of API keys cannot be written; it is kept in memory", "error", err)
				} else {
					l.log.Info("usage of API keys is written again")
				}
			}
		case <-l.hurry:
			if err := l.Flush(ctx); err != nil {
				l.log.Debug("usage could not be written before its time", "error", err)
			}
		case <-sweep.C:
			l.sweep(l.now())
		case <-prune.C:
			if err := l.ledger.Prune(ctx, ledger.DayOf(l.clock())-keptDays); err != nil {
				l.log.Error("old usage of API keys cannot be removed", "error", err)
			}
		}
	}
}

// nanos is a time in nanoseconds since the start.
func (l *Limiter) nanos(at time.Time) int64 { return max(int64(at.Sub(l.start)), 0) }

// now is the time of changes of the configuration, as nanos has it.
func (l *Limiter) now() int64 { return l.nanos(l.clock()) }
