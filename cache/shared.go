package cache

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// shared keeps entries in Redis, for all nodes.
//
// An entry lies under {prefix}{hash of its key} and begins with a head: the form,
// the generation of its stage, and when it was asked for. The generation is a number under
// {prefix}generation:{api}/{stage}, which a look reads in the same round trip; an
// entry of another generation counts for nothing. No hash tags: entries spread
// over a cluster.
type shared struct {
	client   redis.UniversalClient
	timeout  time.Duration
	prefix   string
	secret   []byte
	log      *slog.Logger
	breaker  breaker
	logged   atomic.Int64 // when the last refusal was, Unix nanoseconds
	failures atomic.Uint64
	writes   chan struct{} // one a write under way

	mu    sync.Mutex
	seals map[stageID]*seal
}

// sharedFlight is what a flight knows of Redis.
type sharedFlight struct {
	name       string // of the entry; "" if Redis did not answer: nothing is kept
	generation uint64
	seal       *seal // nil: plain
}

// The forms of entries, which are the first byte of the head.
const (
	plainForm  = 1
	sealedForm = 2
	headSize   = 17 // form, generation, began
)

// keepScript writes an entry unless one of the same generation is there that was
// asked for later: KEYS[1] the entry's name; ARGV the value and its lifetime in
// milliseconds. Bytes are compared one by one: how Lua orders strings depends on
// the server's locale.
var keepScript = redis.NewScript(`
local old, new = redis.call('GETRANGE', KEYS[1], 0, 16), ARGV[1]
if #old == 17 and string.sub(old, 1, 9) == string.sub(new, 1, 9) then
  for i = 10, 17 do
    local a, b = string.byte(old, i), string.byte(new, i)
    if a > b then return 0 end
    if a < b then break end
  end
end
redis.call('SET', KEYS[1], new, 'PX', ARGV[2])
return 1`)

// maxWrites bounds the writes to Redis under way. More answers are not kept.
const maxWrites = 64

func newShared(o *Options) (*shared, error) {
	// Without it the client would wait as long as its own timeouts say.
	var honoured bool
	switch c := o.Redis.(type) {
	case *redis.Client:
		honoured = c.Options().ContextTimeoutEnabled
	case *redis.ClusterClient:
		honoured = c.Options().ContextTimeoutEnabled
	default:
		return nil, fmt.Errorf("response cache: Redis clients of type %T are not supported", o.Redis)
	}
	if !honoured {
		return nil, errors.New("response cache: the Redis client must be made with ContextTimeoutEnabled")
	}
	return &shared{
		client: o.Redis, timeout: o.RedisTimeout, prefix: o.RedisPrefix, secret: o.EncryptionKey, log: o.Log,
		writes: make(chan struct{}, maxWrites), seals: map[stageID]*seal{},
	}, nil
}

// find looks an entry up and tells the flight where its own answer goes. With
// refresh it only does the latter.
func (s *shared) find(f *Flight, refresh bool) *Entry {
	if !s.breaker.allows() {
		return nil
	}
	m := f.method
	sf := sharedFlight{}
	var hash []byte
	if m.encrypted {
		seal, err := s.seal(m.stage.id)
		if err != nil {
			return nil // refused when the method was compiled
		}
		sf.seal, hash = seal, seal.name(f.key)
	} else {
		sum := sha256.Sum256(bytesView(f.key))
		hash = sum[:]
	}
	name := s.prefix + base64.RawURLEncoding.EncodeToString(hash)
	ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
	defer cancel()
	pipe := s.client.Pipeline()
	generation := pipe.Get(ctx, s.generationKey(m.stage.id))
	var value *redis.StringCmd
	if !refresh {
		value = pipe.Get(ctx, name)
	}
	_, _ = pipe.Exec(ctx) // each command has its own error
	number, err := readGeneration(generation)
	if err == nil && value != nil && value.Err() != nil && !errors.Is(value.Err(), redis.Nil) {
		err = value.Err()
	}
	if err != nil {
		s.failed(err)
		return nil
	}
	s.answered()
	sf.name, sf.generation = name, number*uint64(len(sizeClasses))+uint64(f.space.class)
	f.shared = sf
	if value == nil || value.Err() != nil {
		return nil
	}
	b, _ := value.Bytes()
	e, err := sf.decode(b, f.key)
	if err != nil {
		s.failures.Add(1)
		s.log.Warn("response cache: an entry in Redis cannot be read", "api", m.stage.id.api, "stage", m.stage.id.name, "error", err)
		return nil
	}
	return e
}

// readGeneration is the number of a stage's generation: 0 before the first flush.
func readGeneration(c *redis.StringCmd) (uint64, error) {
	text, err := c.Result()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("generation of the cache: %w", err)
	}
	return n, nil
}

// encode makes what lies in Redis.
func (f *sharedFlight) encode(e *Entry, key string) []byte {
	n := headSize + 64 + len(e.ContentType) + len(e.Body)
	for i := range e.Headers {
		n += 8 + len(e.Headers[i].Name) + len(e.Headers[i].Value)
	}
	b := make([]byte, headSize, n)
	b[0] = plainForm
	binary.BigEndian.PutUint64(b[1:], f.generation)
	binary.BigEndian.PutUint64(b[9:], e.began)
	if f.seal == nil {
		return appendEntry(b, e)
	}
	b[0] = sealedForm
	return f.seal.appendSealed(b, appendEntry(make([]byte, 0, n), e), b[:headSize], key)
}

// decode reads what lies in Redis: nil for an entry of another generation.
func (f *sharedFlight) decode(b []byte, key string) (*Entry, error) {
	if len(b) < headSize {
		return nil, errMalformed
	}
	if binary.BigEndian.Uint64(b[1:]) != f.generation {
		return nil, nil
	}
	head, rest := b[:headSize], b[headSize:]
	if f.seal == nil {
		if head[0] != plainForm {
			return nil, errMalformed
		}
		return decodeEntry(rest)
	}
	if head[0] != sealedForm {
		return nil, errMalformed
	}
	plain, err := f.seal.open(rest, head, key)
	if err != nil {
		return nil, fmt.Errorf("decrypting: %w", err)
	}
	return decodeEntry(plain)
}

// keepLater writes an entry behind the answer's back and takes the flight off the
// list then. false: it is not kept.
func (s *shared) keepLater(f *Flight, e *Entry) bool {
	if f.shared.name == "" {
		return false
	}
	select {
	case s.writes <- struct{}{}:
	default:
		return false
	}
	go func() {
		defer func() { <-s.writes }()
		defer f.unlist()
		ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
		defer cancel()
		value := f.shared.encode(e, f.key)
		if err := keepScript.Run(ctx, s.client, []string{f.shared.name}, value, f.method.ttl.Milliseconds()).Err(); err != nil {
			s.failed(err)
		}
	}()
	return true
}

// wait waits for the writes under way, each of which has a bound.
func (s *shared) wait() {
	for range maxWrites {
		s.writes <- struct{}{}
	}
	for range maxWrites {
		<-s.writes
	}
}

// flush starts a new generation of a stage, by a number that no earlier one had.
func (s *shared) flush(ctx context.Context, id stageID) error {
	var b [8]byte
	_, _ = rand.Read(b[:])                    // never fails
	n := binary.BigEndian.Uint64(b[:])>>8 | 1 // leaves room for the size class
	err := s.client.Set(ctx, s.generationKey(id), n, 0).Err()
	if err != nil {
		return fmt.Errorf("flushing the cache of stage %s: %w", id.name, err)
	}
	return nil
}

func (s *shared) generationKey(id stageID) string {
	return s.prefix + "generation:" + url.PathEscape(id.api) + "/" + url.PathEscape(id.name)
}

func (s *shared) seal(id stageID) (*seal, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.seals[id]; k != nil {
		return k, nil
	}
	k, err := newSeal(s.secret, id)
	if err == nil {
		s.seals[id] = k
	}
	return k, err
}

// failed notes an error. One that Redis itself answered costs no time and says
// nothing about the next request, so nobody stops asking for it.
func (s *shared) failed(err error) {
	s.failures.Add(1)
	var answer redis.Error
	if errors.As(err, &answer) {
		const every = int64(10 * time.Second)
		now, last := time.Now().UnixNano(), s.logged.Load()
		if now-last >= every && s.logged.CompareAndSwap(last, now) {
			s.log.Warn("response cache: Redis refuses", "error", err)
		}
		return
	}
	if s.breaker.open() {
		s.log.Warn("response cache: Redis does not answer, requests are not cached meanwhile", "error", err)
	}
}

func (s *shared) answered() {
	if s.breaker.close() {
		s.log.Info("response cache: Redis answers again")
	}
}

// breaker keeps requests from waiting for a Redis that does not answer: after a
// failure nobody asks for a while, then one request tries.
type breaker struct{ retry atomic.Int64 } // Unix nanoseconds; 0: all is well

// pause is how long nobody asks after a failure.
const pause = 500 * time.Millisecond

// allows tells whether to ask.
func (b *breaker) allows() bool {
	retry := b.retry.Load()
	if retry == 0 {
		return true
	}
	now := time.Now().UnixNano()
	return now >= retry && b.retry.CompareAndSwap(retry, now+int64(pause))
}

// open notes a failure. It is true for the first.
func (b *breaker) open() bool { return b.retry.Swap(time.Now().Add(pause).UnixNano()) == 0 }

// close notes an answer. It is true for the first after a failure.
func (b *breaker) close() bool { return b.retry.Load() != 0 && b.retry.Swap(0) != 0 }
