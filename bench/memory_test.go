package bench

import (
	"bytes"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"sluice/api"
)

// memoryConn is a client's connection without a network or another goroutine: it
// says the same request again and again, and forgets the answers. Nothing in it
// allocates, and next to all the time in it is the gateway's.
type memoryConn struct {
	request  []byte
	vary     func(request []byte) // changes each request in place; nil leaves it
	rest     []byte               // of the request
	left     int                  // requests to come
	answer   []byte               // the begin of the last one
	measured int                  // requests to come when mallocs is noted; 0: never
	before   uint64               // mallocs then
	after    uint64               // mallocs when all were answered
	closed   chan struct{}
}

func newMemoryConn(request string, times int) *memoryConn {
	return &memoryConn{request: []byte(request), left: times, answer: make([]byte, 0, 256), closed: make(chan struct{})}
}

func (c *memoryConn) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		if c.measured > 0 && c.left == c.measured {
			c.before = mallocs()
		}
		if c.left == 0 {
			if c.measured > 0 {
				c.after = mallocs()
			}
			return 0, io.EOF
		}
		c.left--
		if c.vary != nil {
			c.vary(c.request)
		}
		c.rest = c.request
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *memoryConn) Write(p []byte) (int, error) {
	c.answer = append(c.answer[:0], p[:min(len(p), cap(c.answer))]...)
	return len(p), nil
}

func (c *memoryConn) Close() error {
	close(c.closed)
	return nil
}

func (c *memoryConn) LocalAddr() net.Addr              { return memoryAddr }
func (c *memoryConn) RemoteAddr() net.Addr             { return memoryAddr }
func (c *memoryConn) SetDeadline(time.Time) error      { return nil }
func (c *memoryConn) SetReadDeadline(time.Time) error  { return nil }
func (c *memoryConn) SetWriteDeadline(time.Time) error { return nil }

var memoryAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 49152}

// memoryListener hands out connections.
type memoryListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error   { return nil }
func (l *memoryListener) Addr() net.Addr { return memoryAddr }

// inMemory starts a server and returns what takes a connection through it to its end.
func inMemory(tb testing.TB, serve func(net.Listener) error) (run func(*memoryConn)) {
	tb.Helper()
	l := &memoryListener{conns: make(chan net.Conn, 1), closed: make(chan struct{})}
	go serve(l) //nolint:errcheck // ends with the listener
	tb.Cleanup(func() { close(l.closed) })
	return func(c *memoryConn) {
		l.conns <- c
		<-c.closed
		if !bytes.HasPrefix(c.answer, okay) {
			tb.Errorf("answered %q", c.answer)
		}
	}
}

// quietUpstream answers each request with one kilobyte and allocates nothing.
func quietUpstream(tb testing.TB) string {
	answer := []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1024\r\n\r\n" + kilobyte)
	return listen(tb, func(ln net.Listener) error {
		for {
			c, err := ln.Accept()
			if err != nil {
				return err
			}
			go answerAll(c, answer)
		}
	})
}

// answerAll answers each message that ends with an empty line or with a kilobyte
// of body, as those of these benchmarks do.
func answerAll(c net.Conn, answer []byte) {
	defer c.Close()
	buf := make([]byte, 16<<10)
	n := 0
	for {
		m, err := c.Read(buf[n:])
		if err != nil {
			return
		}
		n += m
		head := bytes.Index(buf[:n], []byte("\r\n\r\n"))
		if head < 0 || n < head+4+1024 && bytes.HasPrefix(buf, []byte("POST")) {
			continue
		}
		n = 0
		if _, err := c.Write(answer); err != nil {
			return
		}
	}
}

const (
	getHello  = "GET /dev/hello HTTP/1.1\r\n" + browserHeaders + "\r\n"
	postHello = "POST /dev/hello HTTP/1.1\r\n" + browserHeaders + "Content-Type: application/json\r\nContent-Length: 1024\r\n\r\n"
)

// pipelines are what the steady state is looked at with.
var pipelines = []struct {
	name    string
	request string
	serve   func(tb testing.TB) *api.Resource
}{
	{"Mock", getHello, func(testing.TB) *api.Resource { return resource("/hello", "GET", mock(`{"hello":"world"}`)) }},
	{"HTTPProxyGet", getHello, func(tb testing.TB) *api.Resource { return proxied(tb, "GET") }},
	{"HTTPProxyPost", postHello + kilobyte, func(tb testing.TB) *api.Resource { return proxied(tb, "POST") }},
}

func proxied(tb testing.TB, method string) *api.Resource {
	return resource("/hello", method, &api.Integration{
		Type: api.IntegrationHTTPProxy, HTTPMethod: method, URI: "http://" + quietUpstream(tb) + "/hello",
	})
}

var okay = []byte("HTTP/1.1 200 OK\r\n")

// BenchmarkPipeline is the whole data plane in one goroutine, with an access log
// and metrics; Bare and BareProxy are fasthttp alone.
func BenchmarkPipeline(b *testing.B) {
	measure := func(name, request string, serve func(*testing.B) func(net.Listener) error) {
		b.Run(name, func(b *testing.B) {
			run := inMemory(b, serve(b))
			run(newMemoryConn(request, 100))
			b.ReportAllocs()
			b.ResetTimer()
			run(newMemoryConn(request, b.N))
		})
	}
	measure("Bare", getHello, func(*testing.B) func(net.Listener) error { return bareServer().Serve })
	measure("BareProxy", getHello, func(b *testing.B) func(net.Listener) error { return bareProxy(quietUpstream(b)).Serve })
	for _, p := range pipelines {
		measure(p.name, p.request, func(b *testing.B) func(net.Listener) error { return newGateway(b, p.serve(b)).Serve })
	}
}

// TestSteadyStateAllocatesNothing holds the data plane to its rule. Pools that
// the collector has emptied are filled anew now and then, so a few allocations
// in thousands of requests are let pass.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector has pools drop what they keep")
	}
	const first, requests, most = 100, 5000, 0.02
	for _, p := range pipelines {
		t.Run(p.name, func(t *testing.T) {
			run := inMemory(t, newGateway(t, p.serve(t)).Serve)
			c := newMemoryConn(p.request, first+requests)
			c.measured = requests // not the first ones, which fill pools and buffers
			run(c)
			if each := float64(c.after-c.before) / requests; each > most {
				t.Errorf("%.3f allocations a request, want none", each)
			}
		})
	}
}

// mallocs is how many objects were allocated so far, by all goroutines.
func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}
