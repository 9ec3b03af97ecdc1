package cache

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/redis/go-redis/v9"
)

// Options are the settings of a Cache. The zero value of a field is its default.
type Options struct {
	// BytesPerGB is what one GB of cacheClusterSize is in this process: 64 MiB by
	// default, which makes the classes 32 MiB to 14.8 GiB. It is a bound, not a
	// reservation.
	BytesPerGB uint64
	MaxBytes   uint64 // most for one stage, whatever its class; default 4 GiB
	Log        *slog.Logger

	// Redis, if not nil, holds the entries instead of this process. The client must
	// have been made with ContextTimeoutEnabled; it stays the caller's to close.
	Redis        redis.UniversalClient
	RedisTimeout time.Duration // longest wait for Redis; default 50 ms
	RedisPrefix  string        // begins every key; default "sluice:cache:"
	// EncryptionKey is 32 secret bytes, the same on all nodes, that entries of
	// methods with cacheDataEncrypted are sealed under in Redis.
	EncryptionKey []byte

	clock otter.Clock // of entries in memory; nil: the system's
}

// Cache keeps the entries of all stages of a process. It is safe for concurrent use.
type Cache struct {
	options Options
	shared  *shared // nil: in memory

	mu     sync.Mutex
	stages map[stageID]*Stage
}

// stageID names a stage.
type stageID struct{ api, name string }

// New makes an empty Cache.
func New(o Options) (*Cache, error) {
	if o.BytesPerGB == 0 {
		o.BytesPerGB = 64 << 20
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 4 << 30
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.RedisTimeout <= 0 {
		o.RedisTimeout = 50 * time.Millisecond
	}
	if o.RedisPrefix == "" {
		o.RedisPrefix = "sluice:cache:"
	}
	if n := len(o.EncryptionKey); n != 0 && n != 32 {
		return nil, errors.New("the cache's encryption key must be 32 bytes")
	}
	c := &Cache{options: o, stages: map[stageID]*Stage{}}
	if o.Redis != nil {
		s, err := newShared(&c.options)
		if err != nil {
			return nil, err
		}
		c.shared = s
	}
	return c, nil
}

// Stage is the cache of a stage, the same each time, so that entries outlive the
// recompilation of the stage. A new one is off.
func (c *Cache) Stage(api, name string) *Stage {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := stageID{api, name}
	s := c.stages[id]
	if s == nil {
		s = &Stage{cache: c, id: id, class: classOff}
		c.stages[id] = s
	}
	return s
}

// Detached is a stage without a name, whose cache is off: to compile methods for that
// are not to be served. The Cache does not keep it.
func (c *Cache) Detached() *Stage { return &Stage{cache: c, class: classOff} }

// Remove forgets a stage that was deleted, and its entries.
func (c *Cache) Remove(api, name string) {
	c.mu.Lock()
	s := c.stages[stageID{api, name}]
	delete(c.stages, stageID{api, name})
	c.mu.Unlock()
	if s != nil {
		s.configure(classOff)
	}
}

// RedisFailures is how often Redis failed or refused, or held what is no entry.
func (c *Cache) RedisFailures() uint64 {
	if c.shared == nil {
		return 0
	}
	return c.shared.failures.Load()
}

// Close waits for writes to Redis that are under way, and forgets the entries in
// the process.
func (c *Cache) Close() {
	c.mu.Lock()
	stages := c.stages
	c.stages = map[stageID]*Stage{}
	c.mu.Unlock()
	for _, s := range stages {
		s.replaceSpace(nil)
	}
	if c.shared != nil {
		c.shared.wait()
	}
}
