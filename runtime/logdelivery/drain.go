package logdelivery

import (
	"math/rand/v2"
	"time"
)

// target is where the lines of a delivery go. One goroutine uses it at a time.
type target interface {
	kind() kind
	name() string // for people
	// encode puts as many lines into b as go into one call. It may leave out lines
	// that the target never takes.
	encode(b *batch, l *lines, free func(*chunk))
	// deliver sends b once, until the deadline, and settles what was delivered and
	// what was refused for good. The error is about the lines that are left.
	deliver(b *batch, deadline time.Time) error
	// calls tells whether deliver is a call, not a write.
	calls() bool
}

// drain delivers what waits, and ends when nothing has come for a while.
func (d *Delivery) drain() {
	all := d.all
	defer all.running.Done()
	b := all.batch()
	defer all.batches.Put(b)
	var l lines
	timer := time.NewTimer(all.o.FlushInterval)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-d.enough:
		case <-all.closing:
		}
		if !d.take(&l) {
			return
		}
		for l.more(d.free) {
			b.reset()
			d.target.encode(b, &l, d.free)
			d.settle(b)
		}
		d.inHand.Store(0)
		timer.Reset(all.o.FlushInterval)
	}
}

// settle delivers a batch, or gives it up.
func (d *Delivery) settle(b *batch) {
	o := &d.all.o
	figures := &d.all.figures[d.target.kind()]
	pause := o.RetryInterval
	var since time.Time // of the first failure
	for b.left > 0 && !d.abandoned() {
		err := d.once(b)
		d.count(b)
		if err == nil {
			if d.failing {
				d.failing = false
				o.Log.Info("logs reach their destination again", "destination", d.target.name())
			}
			continue
		}
		figures.failures.Add(1)
		now := time.Now()
		if since.IsZero() {
			since = now
		}
		again := !isFinal(err) && now.Sub(since) < o.RetryTime
		if !d.failing {
			d.failing = true
			o.Log.Error("logs do not reach their destination", "destination", d.target.name(), "repeated", again, "error", err)
		}
		if !again {
			break
		}
		// The pause is drawn: nodes that lost a service together come back one by one.
		d.wait(pause/2 + rand.N(pause/2+1))
		pause = min(2*pause, o.RetryMost)
	}
	if b.left > 0 {
		b.refused += b.left
		b.left = 0
		d.count(b)
	}
}

// once sends a batch, when there is a place for one more call.
func (d *Delivery) once(b *batch) error {
	if d.target.calls() {
		select {
		case d.all.calls <- struct{}{}:
			defer func() { <-d.all.calls }()
		case <-d.all.abandon:
			return errAbandoned
		}
	}
	return d.target.deliver(b, time.Now().Add(d.all.o.CallTimeout))
}

// count counts what became of lines.
func (d *Delivery) count(b *batch) {
	done := b.delivered + b.refused
	if done == 0 {
		return
	}
	d.all.figures[d.target.kind()].delivered.Add(uint64(b.delivered))
	if b.refused > 0 {
		d.drop(uint64(b.refused))
		d.all.reports.start(d.all)
	}
	d.inHand.Store(d.inHand.Load() - min(uint64(done), d.inHand.Load()))
	b.delivered, b.refused = 0, 0
}

func (d *Delivery) abandoned() bool {
	select {
	case <-d.all.abandon:
		return true
	default:
		return false
	}
}

// wait lets time pass, unless Close has waited long enough.
func (d *Delivery) wait(pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-d.all.abandon:
	}
}
