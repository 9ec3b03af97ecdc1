package logdelivery

import (
	"sync"
	"sync/atomic"
	"time"
)

// Delivery takes the lines of one destination. It is safe for concurrent use.
type Delivery struct {
	all    *Deliveries
	target target

	dropped  atomic.Uint64
	reported uint64        // of these; under the lock of reports
	enough   chan struct{} // a large chunk is full: do not wait for more
	inHand   atomic.Uint64 // lines that are neither waiting nor done
	failing  bool          // the last call failed, and that was logged; of the goroutine that delivers

	mu       sync.Mutex
	queue    []*chunk
	lines    uint64 // in the queue
	reserved int    // bytes of chunks, in the queue and in hand
	running  bool   // a goroutine delivers, and will look again
	closed   bool
}

func newDelivery(all *Deliveries, t target, closed bool) *Delivery {
	return &Delivery{all: all, target: t, enough: make(chan struct{}, 1), closed: closed}
}

// maxLine is the longest line that is taken, in bytes: what the larger of the
// services takes as one record.
const maxLine = 1024000

// Log takes one line without its line end. It copies line and returns at once; when
// too many lines wait, the line is dropped.
func (d *Delivery) Log(line []byte) {
	line = line[:min(len(line), maxLine)]
	d.mu.Lock()
	before := len(d.queue)
	c := d.room(lineHead + len(line))
	if c == nil {
		d.mu.Unlock()
		d.drop(1)
		d.all.reports.start(d.all)
		return
	}
	c.append(time.Now().UnixMilli(), line) // under the lock: in the order of time
	d.lines++
	start := !d.running
	if start {
		d.running = true
		d.all.running.Add(1)
	}
	now := len(d.queue)
	d.mu.Unlock()
	switch {
	case start:
		go d.drain()
	case now > before && now > enoughChunks:
		select {
		case d.enough <- struct{}{}:
		default:
		}
	}
}

// enoughChunks is how many chunks wait before they are delivered without regard to
// FlushInterval: about a call's worth of them.
const enoughChunks = 8

// room is a chunk at the end of the queue with room for n bytes; nil when that would
// be too much. d.mu must be held.
func (d *Delivery) room(n int) *chunk {
	if d.closed {
		return nil
	}
	if last := len(d.queue) - 1; last >= 0 {
		if c := d.queue[last]; cap(c.buf)-len(c.buf) >= n {
			return c
		}
	}
	size := chunkSize(n, d.reserved == 0)
	// The small chunk is everybody's due: destinations that are served well must not
	// lose lines because of some that are not.
	if size != smallChunk {
		if d.reserved+size > d.all.o.QueueSize {
			return nil
		}
		if d.all.waiting.Add(int64(size)) > int64(d.all.o.MemorySize) {
			d.all.waiting.Add(-int64(size))
			return nil
		}
	}
	c := d.all.chunks.get(size)
	d.reserved += size
	d.queue = append(d.queue, c)
	return c
}

// free gives a chunk back whose lines are in a batch.
func (d *Delivery) free(c *chunk) {
	size := cap(c.buf)
	if size != smallChunk {
		d.all.waiting.Add(-int64(size))
	}
	d.all.chunks.put(c)
	d.mu.Lock()
	d.reserved -= size
	d.mu.Unlock()
}

// take empties the queue into l. When there is nothing in it, the goroutine that
// delivers is no longer counted on.
func (d *Delivery) take(l *lines) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.queue) == 0 {
		d.running = false
		d.queue = nil
		return false
	}
	l.chunks, d.queue = d.queue, l.chunks[:0]
	l.at = 0
	d.inHand.Store(d.lines)
	d.lines = 0
	return true
}

// drop counts lines that are lost.
func (d *Delivery) drop(n uint64) {
	d.dropped.Add(n)
	d.all.figures[d.target.kind()].dropped.Add(n)
}

// close refuses lines from now on.
func (d *Delivery) close() {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
}

// pending is how many lines are neither delivered nor dropped.
func (d *Delivery) pending() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lines + d.inHand.Load()
}
