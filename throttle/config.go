package throttle

import (
	"time"

	"sluice/throttle/ledger"
)

// Config is everything that an account has of keys, plans and limits.
type Config struct {
	Account Throttle // of all requests; unset members take the service's defaults
	// NoAccountLimit lifts the account's limit: a gateway that serves bare
	// definition files, for a load test say, has no account.
	NoAccountLimit bool
	Keys           []Key
	Plans          []Plan
	// Foreign tells the ids of keys and plans that somebody else looks after: they
	// stay as they are. nil: there are none.
	Foreign func(id string) bool `json:"-"`
}

// The account's limits in most Regions (aws-facts: limits, 1).
const (
	DefaultAccountRate  = 10000 // requests a second
	DefaultAccountBurst = 5000  // requests
)

// Key is an API key. A key opens the stages of the plans that it is in; its
// deprecated stage keys open nothing.
type Key struct {
	ID         string
	Value      string // 20 to 128 characters, unique in the account
	Name       string
	CustomerID string
	Enabled    bool
}

// Plan is a usage plan.
type Plan struct {
	ID       string
	Name     string
	Stages   []PlanStage
	Throttle Throttle  // per key, over all stages of the plan
	Quota    *Quota    // nil: unlimited
	Keys     []string  // ids of its keys
	Created  time.Time // its first quota period is the one with this time; zero: the first time that it is seen
}

// PlanStage is one API stage of a plan.
type PlanStage struct {
	APIID string
	Stage string
	// Throttle has the limits of single methods, per key, by "/{path}/{METHOD}".
	// They replace the plan's own for these methods.
	Throttle map[string]Throttle
}

// Throttle is a rate and a burst, either of which may be unset (nil).
type Throttle struct {
	RateLimit  *float64 // requests a second
	BurstLimit *int64   // requests
}

// Quota is how many requests a key may make in a period.
type Quota struct {
	Limit  int64
	Offset int64 // taken off the limit in the plan's first period
	Period ledger.Period
}
