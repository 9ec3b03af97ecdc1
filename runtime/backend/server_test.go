package backend

import (
	"bufio"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// rawServer is a backend that says exactly what a test tells it to.
type rawServer struct {
	net.Listener
	mu    sync.Mutex
	conns []net.Conn
}

// listen starts a server that calls serve for each connection, with its number
// from 0 on. serve's connection is closed when it returns.
func listen(t testing.TB, serve func(c net.Conn, r *bufio.Reader, number int)) *rawServer {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &rawServer{Listener: ln}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			number := len(s.conns)
			s.conns = append(s.conns, c)
			s.mu.Unlock()
			wg.Add(1)
			go func() {
				defer wg.Done()
				defer c.Close()
				serve(c, bufio.NewReader(c), number)
			}()
		}
	}()
	t.Cleanup(func() {
		ln.Close()
		s.mu.Lock()
		for _, c := range s.conns {
			c.Close()
		}
		s.mu.Unlock()
		wg.Wait()
	})
	return s
}

func (s *rawServer) accepted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// readRequest reads one request as this package writes them.
func readRequest(r *bufio.Reader) (head string, body string, err error) {
	length := 0
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", "", err
		}
		head += line
		if v, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			length, _ = strconv.Atoi(strings.TrimSpace(v))
		}
		if line == "\r\n" {
			break
		}
	}
	b := make([]byte, length)
	_, err = io.ReadFull(r, b)
	return head, string(b), err
}

func endpoint(t testing.TB, c *Client, ln net.Listener) *Endpoint {
	t.Helper()
	e, err := c.Endpoint("http", ln.Addr().String(), false)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func client(t testing.TB, o Options) *Client {
	c := New(o)
	t.Cleanup(c.Close)
	return c
}

// soon is a deadline that no test means to reach.
func soon() time.Time { return time.Now().Add(20 * time.Second) }

func get() *Request { return &Request{Method: "GET", Target: []byte("/")} }

// kindOf is the Kind of an error of Do, 0 for none.
func kindOf(t testing.TB, err error) Kind {
	t.Helper()
	if err == nil {
		return 0
	}
	e, ok := err.(*Error)
	if !ok || e == nil || e.Err == nil {
		t.Fatalf("error is no *Error with a cause: %#v", err)
	}
	return e.Kind
}
