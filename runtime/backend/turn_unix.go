//go:build unix

package backend

import (
	"errors"
	"io"
	"net"
	"syscall"
)

// turn is one request and the first bytes of its answer on a plain connection,
// in the system calls that write and read need anyway: read (nothing may be
// there), write, wait, read. So bytes that lie on a connection, and a close by
// the backend, are seen before each reuse without a system call of their own.
type turn struct {
	raw  syscall.RawConn
	step func(fd uintptr) bool // t.run; kept because a method value allocates

	out, in []byte
	state   turnState
	sent, n int
	err     error
}

type turnState uint8

const (
	turnQuiet   turnState = iota // look for bytes, then go on with turnWrite
	turnWrite                    // write
	turnAnswer                   // everything is written; wait for the answer
	turnPartial                  // only a part could be written without waiting
	turnStale                    // closed or talking before anything was sent
	turnDone
)

var errStale = errors.New("connection closed or not silent while idle")

func (t *turn) init(nc net.Conn) {
	if sc, ok := nc.(syscall.Conn); ok {
		if raw, err := sc.SyscallConn(); err == nil {
			t.raw, t.step = raw, t.run
		}
	}
}

func (t *turn) usable() bool { return t.raw != nil }

// sendTurn writes wire and reads the begin of the answer into p.
func (c *conn) sendTurn(wire, p []byte) (n int, _ outcome, _ error) {
	t := &c.turn
	t.out, t.in, t.state, t.sent, t.n, t.err = wire, p, turnQuiet, 0, 0, nil
	if !c.reused {
		// Nobody else's answer can be on it, and replacing it could go on for ever.
		t.state = turnWrite
	}
	defer func() { t.out, t.in = nil, nil }()
	for {
		err := t.raw.Read(t.step)
		c.sent = t.sent
		if err != nil { // the wait, or the connection before it
			if c.early(err) {
				continue
			}
			if isTimeout(err) {
				return 0, broken, &Error{KindTimeout, err}
			}
			return 0, unanswered, &Error{KindConnect, err}
		}
		switch {
		case t.state == turnStale:
			return 0, stale, &Error{KindConnect, errStale}
		case t.state == turnPartial:
			return c.sendRest(wire)
		case t.err != nil:
			return 0, unanswered, &Error{KindConnect, t.err}
		}
		return t.n, keep, nil
	}
}

// sendRest writes what did not fit into the socket's buffer.
func (c *conn) sendRest(wire []byte) (int, outcome, error) {
	c.parts[0] = wire[c.sent:]
	c.buffers = c.parts[:1]
	early, err := c.writeBuffers()
	switch {
	case err != nil:
		return c.unsent(err)
	case early:
		return 0, closing, nil
	}
	return 0, keep, nil
}

// run does one step; false waits until the connection is readable.
func (t *turn) run(fd uintptr) bool {
	if t.state == turnQuiet {
		if n, err := ignoringInterrupts(syscall.Read, fd, t.in); n > 0 || err != syscall.EAGAIN {
			t.state = turnStale
			return true
		}
		t.state = turnWrite
	}
	if t.state == turnWrite {
		n, err := ignoringInterrupts(syscall.Write, fd, t.out)
		t.sent = max(n, 0)
		switch {
		case err == nil && n == len(t.out):
			t.state = turnAnswer
			return false
		case err == nil, err == syscall.EAGAIN:
			t.state = turnPartial
		default:
			t.state, t.err = turnDone, err
		}
		return true
	}
	n, err := ignoringInterrupts(syscall.Read, fd, t.in)
	switch {
	case n > 0:
		t.n = n
	case err == syscall.EAGAIN:
		return false
	case err == nil:
		t.err = io.EOF
	default:
		t.err = err
	}
	t.state = turnDone
	return true
}

func ignoringInterrupts(call func(int, []byte) (int, error), fd uintptr, p []byte) (int, error) {
	for {
		n, err := call(int(fd), p)
		if err != syscall.EINTR {
			return n, err
		}
	}
}

// peekQuiet is conn.quiet for the socket.
func peekQuiet(nc net.Conn) bool {
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	quiet := false
	// Control, not Read: an old deadline does not matter here.
	err = raw.Control(func(fd uintptr) {
		var b [1]byte
		_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		quiet = err == syscall.EAGAIN
	})
	return err == nil && quiet
}
