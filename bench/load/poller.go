//go:build linux

package main

import (
	"bytes"
	"errors"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// poller waits for sockets in one thread. The load generator and the upstream
// use it because they share a core: what they need not, the gateway gets as load.
type poller struct {
	fd     int
	events [256]unix.EpollEvent
}

func newPoller() (*poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	return &poller{fd: fd}, err
}

func (p *poller) add(fd int) error {
	return unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
}

const forever = -time.Millisecond

// wait returns what is readable; nothing after the timeout.
func (p *poller) wait(timeout time.Duration) ([]unix.EpollEvent, error) {
	for {
		n, err := unix.EpollWait(p.fd, p.events[:], int(timeout.Milliseconds()))
		if errors.Is(err, unix.EINTR) {
			continue
		}
		return p.events[:max(n, 0)], err
	}
}

func (p *poller) close() { _ = unix.Close(p.fd) }

// dial connects a non-blocking socket.
func dial(addr netip.AddrPort) (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	err = errors.Join(
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1),
		unix.Connect(fd, &unix.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}),
		unix.SetNonblock(fd, true))
	if err != nil {
		_ = unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

var (
	errClosed   = errors.New("the connection was closed")
	errTooLarge = errors.New("a message is larger than the buffer")
	errNoLength = errors.New("an answer has no Content-Length")
)

var (
	emptyLine    = []byte("\r\n\r\n")
	lengthHeader = []byte("\r\ncontent-length:")
)

// messageLen is the length of the HTTP message at the beginning of b, 0 when it
// is not complete. A message without a Content-Length has no body.
func messageLen(b []byte) (n int, hasLength bool) {
	end := bytes.Index(b, emptyLine)
	if end < 0 {
		return 0, false
	}
	body, ok := contentLength(b[:end+2])
	if n = end + len(emptyLine) + body; n > len(b) {
		return 0, ok
	}
	return n, ok
}

// contentLength finds the header in a head, whatever its case.
func contentLength(head []byte) (n int, ok bool) {
	for i := 0; ; {
		j := bytes.IndexByte(head[i:], '\r')
		if j < 0 || i+j+len(lengthHeader) > len(head) {
			return 0, false
		}
		i += j
		field := head[i : i+len(lengthHeader)]
		if field[2]|0x20 != 'c' || !bytes.EqualFold(field, lengthHeader) {
			i += 2
			continue
		}
		for _, c := range head[i+len(lengthHeader):] {
			switch {
			case c == ' ':
			case c >= '0' && c <= '9':
				n = n*10 + int(c-'0')
			default:
				return n, true
			}
		}
		return n, true
	}
}

// writeAll writes a small message; the socket's buffer always has room for one.
func writeAll(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := unix.Write(fd, b)
		if err != nil && !errors.Is(err, unix.EINTR) && !errors.Is(err, unix.EAGAIN) {
			return err
		}
		b = b[max(n, 0):]
	}
	return nil
}
