package backend

import (
	"container/list"
	"crypto/tls"
	"sync"
	"sync/atomic"
	"time"
)

// Endpoint is one backend and its connections.
type Endpoint struct {
	client  *Client
	address address
	tls     *tls.Config // nil for http
	used    atomic.Int64

	mu      sync.Mutex
	idle    []*conn // the one used last is at the end
	open    int     // idle, in use, or being dialled
	waiting list.List
	sweeper *time.Timer
	swept   bool // sweeper is running
}

func newEndpoint(c *Client, a address, insecure bool) *Endpoint {
	e := &Endpoint{client: c, address: a}
	e.used.Store(time.Now().UnixNano())
	if a.scheme == "https" {
		base := c.tls
		if insecure {
			base = c.insecure
		}
		e.tls = base.Clone()
		e.tls.ServerName = a.host
	}
	return e
}

// Do sends req and reads the answer into resp, all of it before deadline. The
// error is always an *Error; resp is then empty.
//
// A connection that was found closed, or with bytes nobody asked for, before
// anything was sent on it is replaced for every method. When a reused
// connection ends before a byte was answered, the request is sent once more on
// a new one, but only for GET, HEAD, OPTIONS, PUT, DELETE and TRACE, or when
// nothing of it had been sent. A timeout is never followed by another attempt.
func (e *Endpoint) Do(req *Request, resp *Response, deadline time.Time) error {
	return e.DoFrom(req, resp, time.Now(), deadline)
}

// DoFrom is Do for callers that have just read the clock.
func (e *Endpoint) DoFrom(req *Request, resp *Response, now, deadline time.Time) error {
	resp.Reset()
	if err := req.encode(e.address.authority); err != nil {
		return err
	}
	if !now.Before(deadline) {
		return &Error{KindTimeout, errLate}
	}
	e.used.Store(now.UnixNano())
	c, err := e.acquire(now, deadline)
	if err != nil {
		return err
	}
	for again := false; ; {
		if c == nil {
			if c, err = e.dial(deadline); err != nil {
				e.drop()
				return err
			}
		}
		outcome, err := c.exchange(req, resp, deadline, now)
		if err == nil {
			if outcome == keep {
				e.release(c, now)
			} else {
				c.Close()
				e.drop()
			}
			return nil
		}
		c.Close()
		resp.Reset()
		switch {
		case outcome == stale:
			c = e.next(now)
		case outcome == unanswered && c.reused && !again && (c.sent == 0 || isIdempotent(req.Method)):
			again, c = true, nil
		default:
			e.drop()
			return err
		}
	}
}

// isIdempotent reports whether a method may be sent twice (RFC 9110, 9.2.2).
func isIdempotent(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE":
		return true
	}
	return false
}

// acquire returns an idle connection, or nil and the right to open one.
func (e *Endpoint) acquire(now, deadline time.Time) (*conn, error) {
	e.mu.Lock()
	if c := e.pop(now); c != nil {
		e.mu.Unlock()
		return c, nil
	}
	if e.open < e.client.options.MaxConns {
		e.open++
		e.mu.Unlock()
		return nil, nil
	}
	ready := make(chan *conn, 1)
	place := e.waiting.PushBack(ready)
	e.mu.Unlock()

	timer := time.NewTimer(deadline.Sub(now))
	defer timer.Stop()
	select {
	case c := <-ready:
		return c, nil
	case <-timer.C:
	}
	e.mu.Lock()
	e.waiting.Remove(place)
	e.mu.Unlock()
	select {
	case c := <-ready: // handed over while the timer fired
		if c != nil {
			e.release(c, now)
		} else {
			e.drop()
		}
	default:
	}
	return nil, failf(KindTimeout, "deadline passed while all %d connections were in use", e.client.options.MaxConns)
}

// next replaces a connection that turned out stale by an idle one, or by nil.
// The place among the open ones stays taken by the caller.
func (e *Endpoint) next(now time.Time) *conn {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := e.pop(now)
	if c != nil {
		e.open-- // its own place
	}
	return c
}

// pop takes the idle connection used last. Its place stays counted.
func (e *Endpoint) pop(now time.Time) *conn {
	n := len(e.idle)
	if n == 0 {
		return nil
	}
	c := e.idle[n-1]
	if now.Sub(c.since) > c.most {
		e.expire(now) // most of the others are older still
		return e.pop(now)
	}
	e.idle[n-1] = nil
	e.idle = e.idle[:n-1]
	return c
}

// release gives a connection back after a complete answer.
func (e *Endpoint) release(c *conn, now time.Time) {
	c.since, c.reused = now, true
	e.mu.Lock()
	if w := e.waiting.Front(); w != nil {
		e.waiting.Remove(w).(chan *conn) <- c
		e.mu.Unlock()
		return
	}
	if e.client.closed.Load() {
		e.open--
		e.mu.Unlock()
		c.Close()
		return
	}
	e.idle = append(e.idle, c)
	if !e.swept {
		e.swept = true
		if e.sweeper == nil {
			e.sweeper = time.AfterFunc(e.client.options.IdleTimeout, e.sweep)
		} else {
			e.sweeper.Reset(e.client.options.IdleTimeout)
		}
	}
	e.mu.Unlock()
}

// drop gives back the place of a connection that was closed or never opened.
func (e *Endpoint) drop() {
	e.mu.Lock()
	if w := e.waiting.Front(); w != nil {
		e.waiting.Remove(w).(chan *conn) <- nil
	} else {
		e.open--
	}
	e.mu.Unlock()
}

// sweep closes what was idle for too long, and runs again while anything is idle.
func (e *Endpoint) sweep() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.expire(time.Now())
	if e.swept = len(e.idle) > 0; e.swept {
		e.sweeper.Reset(e.client.options.IdleTimeout / 2)
	}
}

func (e *Endpoint) expire(now time.Time) {
	kept := e.idle[:0]
	for _, c := range e.idle {
		if now.Sub(c.since) > c.most {
			c.Close()
			e.open--
		} else {
			kept = append(kept, c)
		}
	}
	clear(e.idle[len(kept):])
	e.idle = kept
}

func (e *Endpoint) closeIdle() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range e.idle {
		c.Close()
	}
	e.open -= len(e.idle)
	clear(e.idle)
	e.idle = e.idle[:0]
}
