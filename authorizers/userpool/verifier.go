package userpool

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

// Verifier verifies tokens and remembers those that were right. It is safe for
// concurrent use.
type Verifier struct {
	sources  map[string]string
	endpoint string
	fetcher  *fetcher
	memory   *memory

	mu   sync.Mutex
	sets map[Pool]*KeySet
}

// NewVerifier makes a Verifier that remembers verified tokens in tokenBytes of memory
// at most.
func NewVerifier(o Options, tokenBytes uint64) *Verifier {
	return &Verifier{
		sources:  o.Sources,
		endpoint: strings.TrimRight(o.Endpoint, "/"),
		fetcher:  newFetcher(o),
		memory:   newMemory(tokenBytes),
		sets:     map[Pool]*KeySet{},
	}
}

// Close ends fetches under way and waits for them.
func (v *Verifier) Close() { v.fetcher.close() }

// SetSources replaces Options.Sources and Options.Endpoint. Key sets that come
// from elsewhere now are made anew by the next KeySet; those that are in use stay.
func (v *Verifier) SetSources(sources map[string]string, endpoint string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sources, v.endpoint = sources, strings.TrimRight(endpoint, "/")
	for p, s := range v.sets {
		if now := v.keySet(p); s.source != now.source || !slices.Equal(s.issuers, now.issuers) {
			delete(v.sets, p)
		}
	}
}

// KeySet is the key set of a pool, the same each time. Nothing is fetched yet.
func (v *Verifier) KeySet(p Pool) *KeySet {
	v.mu.Lock()
	defer v.mu.Unlock()
	s := v.sets[p]
	if s == nil {
		s = v.keySet(p)
		v.sets[p] = s
	}
	return s
}

// keySet makes the key set of a pool.
func (v *Verifier) keySet(p Pool) *KeySet {
	s := &KeySet{pool: p, issuers: []string{p.Issuer()}, source: v.sources[p.ID], fetcher: v.fetcher}
	if v.endpoint != "" {
		s.issuers = append(s.issuers, v.endpoint+"/"+p.ID)
		if s.source == "" {
			s.source = v.endpoint + "/" + p.ID + wellKnown
		}
	}
	if s.source == "" {
		s.source = p.Issuer() + wellKnown
	}
	return s
}

const wellKnown = "/.well-known/jwks.json"

// Verify returns the claims of a token of one of the pools. The error is
// ErrExpired, ErrKeys or ErrInvalid, or wraps one of them. The token may be a view
// of memory that changes later.
func (v *Verifier) Verify(ctx context.Context, raw string, pools []*KeySet, now time.Time) (*Claims, error) {
	hash := v.memory.hash(raw)
	// Whoever may use a token elsewhere may not here.
	if c := v.memory.find(hash, raw); c != nil && slices.Contains(pools, c.set) {
		if !c.stale(now) {
			if r := c.set.ring.Load(); r != nil {
				c.set.freshen(r, now)
			}
			return c, c.timely(now)
		}
		v.memory.drop(hash, c)
		if !c.key.gone.Load() {
			return c, c.timely(now)
		}
	}
	c, err := verify(ctx, raw, pools, now)
	if err != nil {
		return nil, err
	}
	if err := c.timely(now); err != nil {
		return nil, err
	}
	v.memory.put(hash, c, now)
	return c, nil
}

func verify(ctx context.Context, raw string, pools []*KeySet, now time.Time) (*Claims, error) {
	t := tokens.Get().(*token)
	defer t.release()
	if err := t.parse(raw); err != nil {
		return nil, ErrInvalid
	}
	var set *KeySet
	for _, s := range pools {
		if s.issues(t.claims.Issuer) {
			set = s
			break
		}
	}
	if set == nil {
		return nil, ErrInvalid
	}
	k, err := set.find(ctx, t.keyID, now)
	if err != nil {
		return nil, err
	}
	if k.alg != noAlgorithm && k.alg != t.algorithm {
		return nil, ErrInvalid
	}
	if !k.public.verify(t.algorithm, t.signed, t.signature) {
		return nil, ErrInvalid
	}
	t.claims.set, t.claims.key = set, k
	return t.claims, nil
}

// timely judges the times of verified claims. A token without exp never counts.
func (c *Claims) timely(now time.Time) error {
	seconds := now.Unix()
	switch {
	case c.expires < 0 || seconds < c.notBefore:
		return ErrInvalid
	case seconds >= c.expires:
		return ErrExpired
	}
	return nil
}
