package throttle

import (
	"sync/atomic"
	"unsafe"
)

// apiKey is a key as requests see it. It is the same as long as its id and value
// are, so that the records of its plans stay with it.
type apiKey struct {
	value   string
	enabled atomic.Bool
	// Most keys are in one plan, which is found without another step.
	first atomic.Pointer[subscription]
	more  atomic.Pointer[[]*subscription]
	id    string
}

// shortKey is a key with its value beside it, so that comparing it costs no further
// step through memory that is in no cache. The service makes values of 40 characters.
type shortKey struct {
	apiKey
	bytes [40]byte
}

func newKey(id, value string) *apiKey {
	if len(value) > len(shortKey{}.bytes) {
		return &apiKey{id: id, value: value}
	}
	k := &shortKey{apiKey: apiKey{id: id}}
	n := copy(k.bytes[:], value)
	k.value = unsafe.String(&k.bytes[0], n) // never written again
	return &k.apiKey
}

// subscribed is the key's record in the plan that covers a stage, and the plan's
// part for the stage. One key has at most one such plan.
func (k *apiKey) subscribed(s *Stage) (*subscription, *planState, *planStage) {
	sub := k.first.Load()
	if sub == nil {
		return nil, nil, nil
	}
	state := sub.plan.state.Load()
	if ps := state.stages[s]; ps != nil {
		return sub, state, ps
	}
	if more := k.more.Load(); more != nil {
		for _, sub := range *more {
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
	if first := k.first.Load(); first != nil {
		all = append(all, first)
	}
	if more := k.more.Load(); more != nil {
		all = append(all, *more...)
	}
	return all
}

// setSubscriptions replaces the key's records. The first is stored before the rest,
// so that a request in between finds every plan that is in both lists, as long as
// records are only appended and removed.
func (k *apiKey) setSubscriptions(all []*subscription) {
	if len(all) == 0 {
		k.first.Store(nil)
		k.more.Store(nil)
		return
	}
	k.first.Store(all[0])
	if rest := all[1:]; len(rest) > 0 {
		k.more.Store(&rest)
	} else {
		k.more.Store(nil)
	}
}
