package userpool

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sluice/authorizers/jsontext"
)

// key is one public key of a set.
type key struct {
	id     string
	alg    algorithm // what the set says it is for; noAlgorithm for any
	n      *big.Int
	public publicKey
	gone   atomic.Bool // from its set, for good: nothing it has signed counts any more
}

func (k *key) equal(o *key) bool {
	return o != nil && k.id == o.id && k.alg == o.alg && k.public.exponent == o.public.exponent && k.n.Cmp(o.n) == 0
}

// ring is the keys of a set at one time.
type ring struct {
	keys  map[string]*key
	until time.Time // from when on they are fetched anew
}

// retire marks the keys that are not among those that follow.
func (r *ring) retire(next map[string]*key) {
	if r == nil {
		return
	}
	for id, k := range r.keys {
		if next[id] != k {
			k.gone.Store(true)
		}
	}
}

// Bounds of a key set.
const (
	maxKeySet  = 1 << 20 // bytes
	maxKeys    = 100
	minModulus = 2048 // bits; RFC 7518, section 3.3
	maxModulus = 8192
)

// parseKeySet reads a JWK Set (RFC 7517). Keys that cannot sign tokens are left
// out; a key that claims to and is broken is an error.
func parseKeySet(text string, previous *ring) (map[string]*key, error) {
	members, err := jsontext.Object(text)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if m.Name != "keys" {
			continue
		}
		items, err := jsontext.Array(m.Raw)
		if err != nil {
			return nil, fmt.Errorf("keys: %w", err)
		}
		if len(items) > maxKeys {
			return nil, fmt.Errorf("more than %d keys", maxKeys)
		}
		keys := make(map[string]*key, len(items))
		for i, item := range items {
			k, err := parseKey(item)
			if err != nil {
				return nil, fmt.Errorf("keys[%d]: %w", i, err)
			}
			if k == nil {
				continue
			}
			if keys[k.id] != nil {
				return nil, fmt.Errorf("keys[%d]: the kid %q appears twice", i, k.id)
			}
			// A key that stays keeps its identity, and with it the verified tokens.
			if previous != nil && k.equal(previous.keys[k.id]) {
				k = previous.keys[k.id]
			}
			keys[k.id] = k
		}
		if len(keys) == 0 {
			return nil, errors.New("no RSA key for signatures")
		}
		return keys, nil
	}
	return nil, errors.New("no member keys")
}

func parseKey(raw string) (*key, error) {
	members, err := jsontext.Members(raw)
	if err != nil {
		return nil, err
	}
	fields := make(map[string]string, len(members))
	for _, m := range members {
		if s, ok := jsontext.Str(m.Raw); ok {
			fields[m.Name] = s
		}
	}
	if fields["kty"] != "RSA" || fields["use"] != "" && fields["use"] != "sig" || fields["kid"] == "" {
		return nil, nil
	}
	alg := algorithmOf(fields["alg"])
	if fields["alg"] != "" && alg == noAlgorithm {
		return nil, nil
	}
	n, err := integer(fields["n"])
	if err != nil {
		return nil, fmt.Errorf("n: %w", err)
	}
	e, err := integer(fields["e"])
	if err != nil {
		return nil, fmt.Errorf("e: %w", err)
	}
	if bits := n.BitLen(); bits < minModulus || bits > maxModulus || n.Bit(0) == 0 {
		return nil, fmt.Errorf("n is not an odd number of %d to %d bits", minModulus, maxModulus)
	}
	if e.BitLen() > 31 || e.Int64() < 3 || e.Bit(0) == 0 {
		return nil, errors.New("e is not an odd number of 2 to 31 bits")
	}
	public, err := newPublicKey(n, uint(e.Int64()))
	if err != nil {
		return nil, fmt.Errorf("n: %w", err)
	}
	return &key{id: fields["kid"], alg: alg, n: n, public: public}, nil
}

func integer(s string) (*big.Int, error) {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil || len(b) == 0 || len(b) > maxModulus/8+1 {
		return nil, errors.New("not a number in base64url")
	}
	return new(big.Int).SetBytes(b), nil
}

// KeySet is the keys of one pool, kept current. It is safe for concurrent use.
type KeySet struct {
	pool    Pool
	issuers []string
	source  string
	fetcher *fetcher
	ring    atomic.Pointer[ring]

	mu       sync.Mutex
	running  chan struct{} // closed when the fetch under way ends; nil without one
	budget   float64       // fetches that are allowed now
	budgetAt time.Time
	failure  error // of the last fetch; nil after a success
}

// issues tells whether the pool's tokens name iss.
func (s *KeySet) issues(iss string) bool {
	for _, i := range s.issuers {
		if i == iss {
			return true
		}
	}
	return false
}

// current is the key of an id as last fetched; nil for none.
func (s *KeySet) current(id string) *key {
	if r := s.ring.Load(); r != nil {
		return r.keys[id]
	}
	return nil
}

// find is the key of an id. It waits for a fetch when the id is unknown, no
// longer than a fetch may take.
func (s *KeySet) find(ctx context.Context, id string, now time.Time) (*key, error) {
	if r := s.ring.Load(); r != nil {
		if k := r.keys[id]; k != nil {
			s.freshen(r, now)
			return k, nil
		}
	}
	if done := s.refresh(now); done != nil {
		timer := time.NewTimer(s.fetcher.timeout)
		defer timer.Stop()
		select {
		case <-done:
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	if s.ring.Load() == nil {
		return nil, s.unavailable()
	}
	if k := s.current(id); k != nil {
		return k, nil
	}
	return nil, ErrInvalid
}

func (s *KeySet) unavailable() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failure != nil {
		return fmt.Errorf("%w: %s: %w", ErrKeys, s.pool.ID, s.failure)
	}
	return fmt.Errorf("%w: %s: no answer in time", ErrKeys, s.pool.ID)
}

// freshen fetches a set that has grown old, without waiting.
func (s *KeySet) freshen(r *ring, now time.Time) {
	if now.After(r.until) {
		s.refresh(now)
	}
}

// Fetches of one set are limited to a few at once and one in a while: unknown
// key ids cost a client nothing.
const fetchBurst = 5

// refresh starts a fetch unless one is under way, and returns the channel that
// is closed at its end; nil when the limit forbids one.
func (s *KeySet) refresh(now time.Time) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil {
		return s.running
	}
	if s.budgetAt.IsZero() {
		s.budget = fetchBurst
	} else if passed := now.Sub(s.budgetAt); passed > 0 {
		s.budget = min(fetchBurst, s.budget+float64(passed)/float64(s.fetcher.interval))
	}
	if s.budgetAt.Before(now) {
		s.budgetAt = now
	}
	if s.budget < 1 {
		return nil
	}
	done := make(chan struct{})
	if !s.fetcher.start(func(ctx context.Context) { s.fetch(ctx, now, done) }) {
		return nil
	}
	s.budget--
	s.running = done
	return done
}

// fetch replaces the ring, or keeps the last good one.
func (s *KeySet) fetch(ctx context.Context, now time.Time, done chan struct{}) {
	previous := s.ring.Load()
	text, err := s.fetcher.read(ctx, s.source)
	var keys map[string]*key
	if err == nil {
		keys, err = parseKeySet(text, previous)
	}
	age := s.fetcher.maxAge(s.source)
	if err == nil {
		s.ring.Store(&ring{keys: keys, until: now.Add(age)})
		previous.retire(keys)
	} else {
		if previous != nil {
			// What is known stays in use, and soon there is another attempt.
			s.ring.Store(&ring{keys: previous.keys, until: now.Add(age - age*9/10)})
		}
		s.fetcher.log.Warn("key set of a user pool", "pool", s.pool.ID, "source", s.source, "error", err)
	}
	s.mu.Lock()
	s.failure = err
	s.running = nil
	s.mu.Unlock()
	close(done)
}
