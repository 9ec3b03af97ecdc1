package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"hash"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Scope is what a signature must be made for.
type Scope struct{ Region, Service string }

// skew is how far a request's time may be from now; execute-api prints 5 minutes
// in its faults (field reports).
const skew = 5 * time.Minute

// Check judges what a signature says of itself: its scope and its time. It needs
// no key.
func (s *Signature) Check(scope Scope, now time.Time) *Fault {
	m := ""
	if s.region != scope.Region {
		m += "Credential should be scoped to a valid region, not '" + clip(s.region) + "'. "
	}
	if s.service != scope.Service {
		m += "Credential should be scoped to correct service: '" + scope.Service + "'. "
	}
	if m != "" {
		return invalid(m)
	}
	age := now.Sub(s.time)
	limit := skew
	if s.expires > 0 {
		limit = s.expires
	}
	switch {
	case age > limit:
		return invalid("Signature expired: " + s.timestamp + " is now earlier than " + basic(now.Add(-limit)) +
			" (" + basic(now) + " - " + span(limit) + ")")
	case age < -skew:
		return invalid("Signature not yet current: " + s.timestamp + " is still later than " + basic(now.Add(skew)) +
			" (" + basic(now) + " + " + span(skew) + ")")
	}
	return nil
}

// span is a time such as "5 min.".
func span(d time.Duration) string {
	if d%time.Minute == 0 {
		return strconv.FormatInt(int64(d/time.Minute), 10) + " min."
	}
	return strconv.FormatInt(int64(d/time.Second), 10) + " sec."
}

// Verify compares the signature with the one that the key makes of the request.
func (s *Signature) Verify(r *Request, k *Key) *Fault {
	m := scratches.Get().(*scratch)
	defer m.release()
	if f := m.canonicalRequest(r, s); f != nil {
		return f
	}
	b := append(m.toSign[:0], Algorithm...)
	b = append(b, '\n')
	b = append(b, s.timestamp...)
	b = append(b, '\n')
	b = append(b, s.credential[len(s.AccessKeyID)+1:]...)
	b = append(b, '\n')
	sum := sha256.Sum256(m.canonical)
	b = hex.AppendEncode(b, sum[:])
	m.toSign = b
	var want [2 * sha256.Size]byte
	k.sign(want[:0], b, s.date, s.region, s.service)
	if subtle.ConstantTimeCompare(want[:], []byte(s.signature)) == 1 {
		return nil
	}
	return invalid(mismatch + "\n\nThe Canonical String for this request should have been\n'" + string(m.canonical) +
		"'\n\nThe String-to-Sign should have been\n'" + string(m.toSign) + "'\n")
}

const mismatch = "The request signature we calculated does not match the signature you provided. " +
	"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."

// Key is a secret access key. It is safe for concurrent use.
type Key struct {
	secret  string
	derived atomic.Pointer[derived] // the last one: a key is used for one day and region at a time
}

// NewKey makes a Key.
func NewKey(secret string) *Key { return &Key{secret: secret} }

// derived is the signing key for one day, region and service.
type derived struct {
	date, region, service string
	macs                  sync.Pool // of hash.Hash
}

// sign appends the signature of text in hex.
func (k *Key) sign(dst, text []byte, date, region, service string) []byte {
	d := k.derived.Load()
	if d == nil || d.date != date || d.region != region || d.service != service {
		d = k.derive(date, region, service)
		k.derived.Store(d)
	}
	mac := d.macs.Get().(*summer)
	mac.hash.Reset()
	mac.hash.Write(text)
	sum := mac.hash.Sum(mac.sum[:0])
	dst = hex.AppendEncode(dst, sum)
	d.macs.Put(mac)
	return dst
}

// summer is a hash with room for its sum.
type summer struct {
	hash hash.Hash
	sum  [sha256.Size]byte
}

func (k *Key) derive(date, region, service string) *derived {
	key := hash256([]byte("AWS4"+k.secret), date)
	key = hash256(key, region)
	key = hash256(key, service)
	key = hash256(key, terminator)
	// The strings are views into a request that is gone before the key is.
	d := &derived{date: strings.Clone(date), region: strings.Clone(region), service: strings.Clone(service)}
	d.macs.New = func() any { return &summer{hash: hmac.New(sha256.New, key)} }
	return d
}

func hash256(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
