package ledger

import "context"

// Entry is the number of requests that a key made under a plan on one day.
type Entry struct {
	PlanID, KeyID string
	Day           Day
	Used          int64
}

// Extension is what update_usage added to the quota of a key in one period;
// negative if it took something away.
type Extension struct {
	PlanID, KeyID string
	Period        Period
	Start         Day // of the period
	Extra         int64
}

// Store keeps the ledger. Implementations are safe for concurrent use, and a
// method that returned nil survives the death of the process.
type Store interface {
	// Save stores the totals, replacing earlier ones of the same day. It stores
	// all of them or none.
	Save(ctx context.Context, entries []Entry) error
	// Days calls each for every stored day from first to last of a plan, of one
	// key or, with "", of all.
	Days(ctx context.Context, planID, keyID string, first, last Day, each func(Entry)) error
	// Extend stores an extension, replacing the earlier one of the same period.
	Extend(ctx context.Context, e Extension) error
	// Extensions calls each for every stored extension of periods that start from
	// first to last.
	Extensions(ctx context.Context, planID, keyID string, first, last Day, each func(Extension)) error
	// Born is the day on which the plan was first seen; day becomes it for a new one.
	Born(ctx context.Context, planID string, day Day) (Day, error)
	// Prune forgets days and extensions before first.
	Prune(ctx context.Context, first Day) error
	// Close releases what the store holds.
	Close() error
}
