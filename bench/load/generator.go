//go:build linux

package main

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// generator sends requests on a fixed number of connections from one thread.
type generator struct {
	poll     *poller
	conns    map[int32]*connection
	all      []*connection
	requests [][]byte
	next     int // index of the next request
	buf      []byte

	latencies []time.Duration
	done      int
}

// connection has at most one request on its way.
type connection struct {
	fd      int
	began   time.Time // of the request, or when it was due
	partial []byte    // of an answer
}

func newGenerator(addr string, connections int, requests [][]byte) (*generator, error) {
	at, err := netip.ParseAddrPort(addr)
	if err != nil {
		return nil, err
	}
	p, err := newPoller()
	if err != nil {
		return nil, err
	}
	g := &generator{
		poll: p, conns: map[int32]*connection{}, requests: requests,
		buf: make([]byte, 256<<10), latencies: make([]time.Duration, 0, 1<<20),
	}
	for range connections {
		fd, err := dial(at)
		if err != nil {
			g.close()
			return nil, err
		}
		c := &connection{fd: fd}
		g.conns[int32(fd)], g.all = c, append(g.all, c)
		if err := p.add(fd); err != nil {
			g.close()
			return nil, err
		}
	}
	return g, nil
}

func (g *generator) close() {
	for _, c := range g.all {
		_ = unix.Close(c.fd)
	}
	g.poll.close()
}

func (g *generator) send(c *connection, due time.Time) error {
	c.began = due
	r := g.requests[g.next]
	if g.next++; g.next == len(g.requests) {
		g.next = 0
	}
	return writeAll(c.fd, r)
}

// receive reads what there is; done tells that the answer is complete.
func (g *generator) receive(c *connection) (done bool, err error) {
	kept := copy(g.buf, c.partial)
	n, err := unix.Read(c.fd, g.buf[kept:])
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
		return false, nil
	case err != nil:
		return false, err
	case n == 0:
		return false, errClosed
	}
	b := g.buf[:kept+n]
	size, hasLength := messageLen(b)
	if size == 0 {
		if len(b) == len(g.buf) {
			return false, errTooLarge
		}
		c.partial = append(c.partial[:0], b...)
		return false, nil
	}
	c.partial = c.partial[:0]
	switch {
	case !hasLength:
		return false, errNoLength
	case size != len(b):
		return false, fmt.Errorf("bytes after an answer: %q", clip(b[size:]))
	case string(b[9:12]) != "200":
		return false, fmt.Errorf("answered %q", clip(b))
	}
	g.latencies = append(g.latencies, time.Since(c.began))
	g.done++
	return true, nil
}

func clip(b []byte) []byte { return b[:min(len(b), 300)] }

// stuck is how long nothing may happen before a run fails.
const stuck = 10 * time.Second

// saturate keeps every connection busy for a while, then lets the last requests end.
func (g *generator) saturate(d time.Duration) (sample, error) {
	g.latencies, g.done = g.latencies[:0], 0
	began := time.Now()
	for _, c := range g.all {
		if err := g.send(c, time.Now()); err != nil {
			return sample{}, err
		}
	}
	flying, over := len(g.all), false
	for flying > 0 {
		events, err := g.poll.wait(stuck)
		if err != nil {
			return sample{}, err
		}
		if len(events) == 0 {
			return sample{}, fmt.Errorf("no answer within %v", stuck)
		}
		now := time.Now()
		over = over || now.Sub(began) >= d
		for i := range events {
			c := g.conns[events[i].Fd]
			done, err := g.receive(c)
			if err != nil {
				return sample{}, err
			}
			if !done {
				continue
			}
			if over {
				flying--
			} else if err := g.send(c, time.Now()); err != nil {
				return sample{}, err
			}
		}
	}
	return g.sample(time.Since(began)), nil
}

// pace sends requests at a rate, however slowly they are answered: a latency
// counts from the moment at which a request was due, so that a stall is seen in
// every request that it delays.
func (g *generator) pace(d time.Duration, rate float64) (sample, error) {
	g.latencies, g.done = g.latencies[:0], 0
	interval := time.Duration(float64(time.Second) / rate)
	timer, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	if err != nil {
		return sample{}, err
	}
	defer unix.Close(timer)
	every := unix.NsecToTimespec(int64(interval))
	if err := unix.TimerfdSettime(timer, 0, &unix.ItimerSpec{Interval: every, Value: every}, nil); err != nil {
		return sample{}, err
	}
	if err := g.poll.add(timer); err != nil {
		return sample{}, err
	}
	idle := slices.Clone(g.all)
	began := time.Now()
	due, sent, total := 0, 0, int(d/interval)
	var ticks [8]byte
	for g.done < total {
		events, err := g.poll.wait(stuck)
		if err != nil {
			return sample{}, err
		}
		if len(events) == 0 {
			return sample{}, fmt.Errorf("no answer within %v", stuck)
		}
		for i := range events {
			if int(events[i].Fd) == timer {
				if n, _ := unix.Read(timer, ticks[:]); n == len(ticks) {
					due = min(total, due+int(binary.NativeEndian.Uint64(ticks[:])))
				}
				continue
			}
			c := g.conns[events[i].Fd]
			done, err := g.receive(c)
			if err != nil {
				return sample{}, err
			}
			if done {
				idle = append(idle, c)
			}
		}
		for sent < due && len(idle) > 0 {
			c := idle[len(idle)-1]
			idle = idle[:len(idle)-1]
			sent++
			if err := g.send(c, began.Add(time.Duration(sent)*interval)); err != nil {
				return sample{}, err
			}
		}
		if time.Since(began) > d+stuck {
			return sample{}, fmt.Errorf("not done %v after the end", stuck)
		}
	}
	return g.sample(time.Since(began)), nil
}

// sample is what one run of one gateway has shown.
type sample struct {
	requests       int
	elapsed        time.Duration
	p50, p99, p999 time.Duration
}

func (g *generator) sample(elapsed time.Duration) sample {
	slices.Sort(g.latencies)
	at := func(q float64) time.Duration {
		if len(g.latencies) == 0 {
			return 0
		}
		return g.latencies[min(len(g.latencies)-1, int(q*float64(len(g.latencies))))]
	}
	return sample{requests: g.done, elapsed: elapsed, p50: at(0.5), p99: at(0.99), p999: at(0.999)}
}
