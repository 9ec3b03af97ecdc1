package logdelivery

import (
	"sync"
	"sync/atomic"
	"time"
)

// reportInterval is the shortest time between two reports of dropped lines.
const reportInterval = time.Second

// reportedNames is how many destinations a report names.
const reportedNames = 3

// reports says now and then that lines were dropped. A request that has one dropped
// only wakes it.
type reports struct {
	awake atomic.Bool
	mu    sync.Mutex
}

func (r *reports) start(all *Deliveries) {
	if !r.awake.Load() && r.awake.CompareAndSwap(false, true) {
		go r.run(all)
	}
}

// run reports until nothing has been dropped for an interval.
func (r *reports) run(all *Deliveries) {
	for r.report(all) {
		pause := time.NewTimer(reportInterval)
		select {
		case <-pause.C:
		case <-all.abandon: // Close returns how many were lost
			pause.Stop()
			return
		}
	}
	r.awake.Store(false)
	if r.unreported(all) { // dropped after the last look, when this still counted as awake
		r.start(all)
	}
}

// report logs what was dropped since it was last called, if anything was.
func (r *reports) report(all *Deliveries) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	var lines uint64
	var names []string
	more := 0
	for _, d := range all.live() {
		n := d.dropped.Load()
		if n == d.reported {
			continue
		}
		lines += n - d.reported
		d.reported = n
		if len(names) < reportedNames {
			names = append(names, d.target.name())
		} else {
			more++
		}
	}
	if lines == 0 {
		return false
	}
	all.o.Log.Warn("log lines dropped", "lines", lines, "total", all.dropped(), "destinations", names, "others", more)
	return true
}

func (r *reports) unreported(all *Deliveries) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range all.live() {
		if d.dropped.Load() != d.reported {
			return true
		}
	}
	return false
}
