package throttle

import "sync"

// departures are keys that left a plan after the last flush: what was counted for
// them there may not be in the ledger yet.
type departures struct {
	mu   sync.Mutex
	last uint64
	at   map[departure]uint64 // a number that grows
}

type departure struct{ planID, keyID string }

func (d *departures) add(planID, keyID string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.at == nil {
		d.at = map[departure]uint64{}
	}
	d.last++
	d.at[departure{planID, keyID}] = d.last
}

func (d *departures) pending(planID, keyID string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at[departure{planID, keyID}] > 0
}

// mark is the number of the last departure.
func (d *departures) mark() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.last
}

// written forgets the departures up to a mark.
func (d *departures) written(mark uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, at := range d.at {
		if at <= mark {
			delete(d.at, id)
		}
	}
}
