package cache

import (
	"time"
	"unsafe"

	"sluice/mapping"
)

// MaxBody is the largest body of an answer that is kept, in bytes (aws-facts:
// limits, section 3: cached response).
const MaxBody = 1048576

// Answer is what the pipeline hands over to be kept: the client's answer after
// integration response mapping. Everything in it is only lent.
type Answer struct {
	Status      int
	ContentType string
	Headers     []mapping.Pair // beside Content-Type and the gateway's own, in order and spelling
	Body        []byte         // before compression
	Trace       bool           // X-Amzn-Trace-Id goes to the client
}

// Entry is a kept answer. It is shared by any number of requests at once and must
// not be changed, nor may its slices; its strings and bytes may be sent as they
// are, for as long as anybody likes.
type Entry struct {
	Status      int
	ContentType string
	Headers     []mapping.Pair
	Body        []byte
	Trace       bool

	ttl   time.Duration
	began uint64 // the moment of the flight that brought it
}

// keepable tells whether an answer is one of a successful integration.
func (a *Answer) keepable() bool { return a.Status >= 200 && a.Status < 500 }

// newEntry copies an answer: all its text into one piece of memory.
func newEntry(a *Answer, ttl time.Duration, began uint64) *Entry {
	n := len(a.ContentType) + len(a.Body)
	for i := range a.Headers {
		n += len(a.Headers[i].Name) + len(a.Headers[i].Value)
	}
	b := make([]byte, 0, n)
	text := func(s string) string {
		if s == "" {
			return ""
		}
		from := len(b)
		b = append(b, s...)
		return view(b[from:])
	}
	e := &Entry{Status: a.Status, Trace: a.Trace, ttl: ttl, began: began}
	e.ContentType = text(a.ContentType)
	if len(a.Headers) > 0 {
		e.Headers = make([]mapping.Pair, len(a.Headers))
		for i, p := range a.Headers {
			e.Headers[i] = mapping.Pair{Name: text(p.Name), Value: text(p.Value)}
		}
	}
	from := len(b)
	b = append(b, a.Body...)
	e.Body = b[from:len(b):len(b)]
	return e
}

// weight is about how many bytes an entry and its key take in memory.
func (e *Entry) weight(key string) uint32 {
	const fixed, pair = 400, int(unsafe.Sizeof(mapping.Pair{}))
	n := fixed + len(key) + len(e.ContentType) + len(e.Body)
	for i := range e.Headers {
		n += pair + len(e.Headers[i].Name) + len(e.Headers[i].Value)
	}
	return uint32(min(n, 1<<31))
}

// view makes a string of b without copying. It is valid as long as b is unchanged.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// bytesView makes bytes of s without copying. They must not be written to.
func bytesView(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
