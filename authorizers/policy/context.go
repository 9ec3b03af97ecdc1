package policy

import (
	"net/netip"
	"strconv"
	"time"
)

// maxValues bounds the values of one key, so that a Context that never says no
// cannot hold a request for ever.
const maxValues = 1024

// source says where the value of a context key comes from.
type source uint8

const (
	fromContext source = iota
	fromCurrentTime
	fromEpochTime
	fromSourceIP
)

// contextKey is the name of a context key, which has no letter case.
type contextKey struct {
	name   string // in lower case
	source source
}

func newContextKey(name string) contextKey {
	k := contextKey{name: lower(name)}
	switch k.name {
	case "aws:currenttime":
		k.source = fromCurrentTime
	case "aws:epochtime":
		k.source = fromEpochTime
	case "aws:sourceip":
		k.source = fromSourceIP
	}
	return k
}

// evaluation is one call of Evaluate. It stays on the stack: nothing here may
// be handed to an interface.
type evaluation struct {
	r          *Request
	unresolved bool // a variable without a value was met
}

// value returns the i-th value of a key as text. Context goes before the typed
// fields, because those must be written out first.
func (ev *evaluation) value(k *contextKey, i int) (string, bool) {
	if ev.r.Context != nil && i < maxValues {
		if v, ok := ev.r.Context.Value(k.name, i); ok {
			return v, true
		}
	}
	if i > 0 || !ev.typed(k) {
		return "", false
	}
	switch k.source {
	case fromCurrentTime:
		return ev.r.Time.UTC().Format("2006-01-02T15:04:05Z"), true
	case fromEpochTime:
		return strconv.FormatInt(ev.r.Time.Unix(), 10), true
	default:
		return ev.r.SourceIP.Unmap().WithZone("").String(), true
	}
}

// typed says whether a field of the request has the key's value.
func (ev *evaluation) typed(k *contextKey) bool {
	switch k.source {
	case fromCurrentTime, fromEpochTime:
		return !ev.r.Time.IsZero()
	case fromSourceIP:
		return ev.r.SourceIP.IsValid()
	}
	return false
}

// now is the request's time if the key asks for it.
func (ev *evaluation) now(k *contextKey) (time.Time, bool) {
	return ev.r.Time, k.source != fromSourceIP && ev.typed(k)
}

// address is the request's address if the key asks for it.
func (ev *evaluation) address(k *contextKey) (netip.Addr, bool) {
	return ev.r.SourceIP.Unmap().WithZone(""), k.source == fromSourceIP && ev.typed(k)
}

// literal is the text of a literal or a variable. A variable needs a key with
// exactly one value ("You cannot use a multivalued context key as a policy variable").
func (ev *evaluation) literal(t *token) (string, bool) {
	if t.kind == literalToken {
		return t.text, true
	}
	if v, ok := ev.value(&t.key, 0); ok {
		if _, more := ev.value(&t.key, 1); !more {
			return v, true
		}
	} else if t.fallback {
		return t.text, true
	}
	ev.unresolved = true
	return "", false
}
