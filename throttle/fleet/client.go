package fleet

import (
	"crypto/rand"
	_ "embed" // the scripts
	"encoding/hex"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Options are what a client works with.
type Options struct {
	URL  string        // see ParseURL
	Name string        // of the fleet, "" is sluice: nodes with the same name share limits
	Wait time.Duration // the longest that a request waits; 0 is 50 ms
	Size int           // nodes that are assumed to live until Redis says how many do; 0 is 1
	Log  *slog.Logger  // nil discards

	// OnHealth is told whenever the client goes out of service and comes back; nil
	// is nobody.
	OnHealth func(healthy bool)
}

const (
	defaultName = "sluice"
	defaultWait = 50 * time.Millisecond

	heartbeatEvery = 500 * time.Millisecond
	heartbeatTTL   = 3 * time.Second
	probeEvery     = 200 * time.Millisecond // while out of service
	quietFor       = 10 * time.Second       // between two log lines of a client that comes and goes
	backgroundWait = 2 * time.Second        // the longest that work which no request waits for takes
)

// Client shares counters with the other nodes. It is safe for concurrent use.
type Client struct {
	redis    redis.UniversalClient
	prefix   string // "{name}:"
	node     string
	wait     time.Duration
	log      *slog.Logger
	onHealth func(bool)

	epochKey string
	epoch    atomic.Pointer[epoch] // nil: not known yet

	state     atomic.Int32
	nodes     atomic.Int64
	recovered atomic.Int64 // Unix nanoseconds
	calls     atomic.Uint64
	failures  atomic.Uint64
	wake      chan struct{} // a call failed

	mu        sync.Mutex // held while the state changes
	lastTrip  time.Time
	suspended bool // log lines are left out
}

// epoch is a time over which Redis has kept its memory.
type epoch struct {
	token  string
	number uint64 // from 1, by this node
}

// The states of a client.
const (
	starting int32 = iota // not reached yet
	inService
	outOfService
)

var (
	//go:embed usage.lua
	usageLua string
	//go:embed take.lua
	takeLua string
	//go:embed report.lua
	reportLua string
	//go:embed extend.lua
	extendLua string
	//go:embed heartbeat.lua
	heartbeatLua string

	takeScript      = redis.NewScript(usageLua + takeLua)
	reportScript    = redis.NewScript(usageLua + reportLua)
	extendScript    = redis.NewScript(usageLua + extendLua)
	heartbeatScript = redis.NewScript(heartbeatLua)
)

// Open makes a client. It does not wait for Redis: the client is out of service
// until Run or Probe has reached it.
func Open(o Options) (*Client, error) {
	options, err := ParseURL(o.URL)
	if err != nil {
		return nil, err
	}
	c := &Client{wait: o.Wait, log: o.Log, onHealth: o.OnHealth, wake: make(chan struct{}, 1)}
	if c.wait <= 0 {
		c.wait = defaultWait
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.onHealth == nil {
		c.onHealth = func(bool) {}
	}
	name := o.Name
	if name == "" {
		name = defaultName
	}
	c.prefix = "{" + hashTag(name) + "}:"
	c.epochKey = c.prefix + "epoch"
	c.nodes.Store(int64(max(o.Size, 1)))
	c.node = newID()

	options.ClientName = "sluice-" + c.node
	options.MaxRetries = -1 // a call whose answer was lost may have counted
	options.DialerRetries = 1
	options.ContextTimeoutEnabled = true
	options.DialTimeout = backgroundWait
	options.ReadTimeout = backgroundWait
	options.WriteTimeout = backgroundWait
	options.PoolTimeout = backgroundWait
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	c.redis = redis.NewUniversalClient(options)
	return c, nil
}

// hashTag keeps a name from ending its own tag.
func hashTag(name string) string {
	b := []byte(name)
	for i, ch := range b {
		if ch == '{' || ch == '}' {
			b[i] = '_'
		}
	}
	return string(b)
}

func newID() string {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// Nodes is how many nodes lived when Redis was last asked.
func (c *Client) Nodes() int64 { return c.nodes.Load() }

// Healthy says whether Redis answers.
func (c *Client) Healthy() bool { return c.state.Load() == inService }

// Recovering says whether the client came back into service so lately that Redis
// may have lost counters which the nodes still know.
func (c *Client) Recovering(now time.Time) bool {
	return now.UnixNano()-c.recovered.Load() < int64(heartbeatTTL)
}

// Epoch numbers the times over which Redis has kept its memory, as far as this node
// knows: 0 is none yet, and when it grows, Redis has forgotten what was counted.
func (c *Client) Epoch() uint64 {
	if e := c.epoch.Load(); e != nil {
		return e.number
	}
	return 0
}

// name is what Redis calls the epoch.
func (e *epoch) name() string {
	if e == nil {
		return ""
	}
	return e.token
}

// Stats are the figures of a client for metrics.
type Stats struct {
	Healthy  bool
	Nodes    int64
	Calls    uint64 // round trips of requests
	Failures uint64 // of these, those without an answer in time
}

// Stats returns the client's figures.
func (c *Client) Stats() Stats {
	return Stats{c.Healthy(), c.nodes.Load(), c.calls.Load(), c.failures.Load()}
}
