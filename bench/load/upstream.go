//go:build linux

package main

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// upstreamBody is what the upstream answers: one kilobyte of JSON.
var upstreamBody = func() string {
	head := `{"id":7,"name":"Rex","kind":"dog","tags":["good","old"],"owner":{"name":"Ann","city":"Ghent"},"notes":"`
	return head + strings.Repeat("n", 1024-len(head)-2) + `"}`
}()

// runUpstream answers every request with upstreamBody.
func runUpstream(addr string) error {
	at, err := netip.ParseAddrPort(addr)
	if err != nil {
		return err
	}
	answer := []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: " +
		strconv.Itoa(len(upstreamBody)) + "\r\n\r\n" + upstreamBody)
	ln, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return err
	}
	err = errors.Join(
		unix.SetsockoptInt(ln, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1),
		unix.Bind(ln, &unix.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}),
		unix.Listen(ln, 1024))
	if err != nil {
		return err
	}
	p, err := newPoller()
	if err != nil {
		return err
	}
	if err := p.add(ln); err != nil {
		return err
	}
	partial := map[int32][]byte{} // requests that came in pieces
	buf := make([]byte, 64<<10)
	for {
		events, err := p.wait(forever)
		if err != nil {
			return err
		}
		for i := range events {
			fd := events[i].Fd
			if int(fd) == ln {
				acceptAll(p, ln)
				continue
			}
			kept := copy(buf, partial[fd])
			n, err := unix.Read(int(fd), buf[kept:])
			if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
				continue
			}
			if n <= 0 {
				delete(partial, fd)
				_ = unix.Close(int(fd))
				continue
			}
			rest := buf[:kept+n]
			for {
				size, _ := messageLen(rest)
				if size == 0 {
					break
				}
				rest = rest[size:]
				_ = writeAll(int(fd), answer) // the next read sees what is wrong
			}
			if len(rest) > 0 {
				partial[fd] = append(partial[fd][:0], rest...)
			} else if kept > 0 {
				delete(partial, fd)
			}
		}
	}
}

func acceptAll(p *poller, ln int) {
	for {
		fd, _, err := unix.Accept4(ln, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
		if err != nil {
			return
		}
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
		if p.add(fd) != nil {
			_ = unix.Close(fd)
		}
	}
}
