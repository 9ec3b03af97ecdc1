package throttle

import (
	"crypto/subtle"
	"encoding/binary"
	"slices"
	"sync/atomic"
	"unsafe"
)

// apiKey is a key as requests see it, together with its record in a plan: two
// lines of the processor's cache that lie side by side, so that of a million keys
// a request reads its own from main memory in one step. It is the same as long as
// its id and value are, but see Limiter.rehouse.
type apiKey struct {
	flags atomic.Uint32
	_     uint32
	bytes [40]byte // the value, if it is no longer: the service makes 40 characters
	id    string
	rest  atomic.Pointer[keyRest] // nil: nothing
	home  subscription            // in its first plan; others are found through rest
}

// An apiKey fills its two lines. It is aligned to them, because its size is one of
// the allocator's.
const _ = -uint(unsafe.Sizeof(apiKey{}) ^ 128)

// keyRest is what most keys do not have.
type keyRest struct {
	value string // if it is too long for bytes
	more  []*subscription
}

// The flags of a key; 0 is a place for one.
const (
	keyEnabled  = 1 << 0
	keyHome     = 1 << 1  // home is a record of a plan that the key is in
	lengthShift = 8       // the value's length, or longValue
	keyHidden   = 1 << 31 // not in the index, or not any more
	longValue   = 255
)

// fill makes a place a key that is not in the index yet.
func (k *apiKey) fill(id, value string, enabled bool) {
	k.id = id
	length := len(value)
	if length > len(k.bytes) {
		length = longValue
		k.rest.Store(&keyRest{value: value})
	} else {
		copy(k.bytes[:], value)
	}
	k.flags.Store(keyHidden | uint32(length)<<lengthShift)
	k.enable(enabled)
}

// is compares the value of a key in the index in a time that tells nothing but its
// length.
func (k *apiKey) is(flags uint32, value string) bool {
	length := flags >> lengthShift
	if length == longValue {
		rest := k.rest.Load()
		return subtle.ConstantTimeCompare(octets(rest.value), octets(value)) == 1
	}
	if int(length) != len(value) {
		return false
	}
	// By words: a loop over bytes is so long that the processor would not get to
	// the rest of the request while it waits for the key.
	a, b := k.bytes[:length], octets(value)
	differ := uint64(0)
	for len(a) >= 8 && len(b) >= 8 {
		differ |= binary.LittleEndian.Uint64(a) ^ binary.LittleEndian.Uint64(b)
		a, b = a[8:], b[8:]
	}
	for i := range min(len(a), len(b)) {
		differ |= uint64(a[i] ^ b[i])
	}
	return differ == 0
}

// value is the key's value.
func (k *apiKey) value() string {
	length := k.flags.Load() &^ keyHidden >> lengthShift
	if length == longValue {
		return k.rest.Load().value
	}
	return unsafe.String(&k.bytes[0], length) // never written again
}

// octets is s without a copy, to be read only.
func octets(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// enable enables or disables the key.
func (k *apiKey) enable(enabled bool) {
	if enabled {
		k.flags.Or(keyEnabled)
	} else {
		k.flags.And(^uint32(keyEnabled))
	}
}

// subscribed is the key's record in the plan that covers a stage, and the plan's
// part for the stage. One key has at most one such plan.
func (k *apiKey) subscribed(flags uint32, s *Stage) (*subscription, *planState, *planStage) {
	if flags&keyHome != 0 {
		sub := &k.home
		state := sub.plan.state.Load()
		if ps := state.stages[s]; ps != nil {
			return sub, state, ps
		}
	}
	if rest := k.rest.Load(); rest != nil {
		for _, sub := range rest.more {
			state := sub.plan.state.Load()
			if ps := state.stages[s]; ps != nil {
				return sub, state, ps
			}
		}
	}
	return nil, nil, nil
}

// subscriptions lists the key's records.
func (k *apiKey) subscriptions() []*subscription {
	var all []*subscription
	if k.flags.Load()&keyHome != 0 {
		all = append(all, &k.home)
	}
	if rest := k.rest.Load(); rest != nil {
		all = append(all, rest.more...)
	}
	return all
}

// add adds a record.
func (k *apiKey) add(sub *subscription) {
	if sub == &k.home {
		k.flags.Or(keyHome)
		return
	}
	var next keyRest
	if rest := k.rest.Load(); rest != nil {
		next = *rest
	}
	next.more = append(slices.Clip(next.more), sub)
	k.rest.Store(&next)
}

// drop takes a record away.
func (k *apiKey) drop(sub *subscription) {
	if sub == &k.home {
		k.flags.And(^uint32(keyHome))
		return
	}
	next := *k.rest.Load()
	next.more = slices.DeleteFunc(slices.Clone(next.more), func(s *subscription) bool { return s == sub })
	if next.value == "" && len(next.more) == 0 {
		k.rest.Store(nil)
		return
	}
	k.rest.Store(&next)
}
