package bench

import (
	"bytes"
	"net"
	"runtime"
	"testing"
	"time"

	"sluice/api"
)

// memoryConn is a client's connection without a network: request in, answer out,
// in turns. Nothing in it allocates, so that what is counted is the gateway's.
type memoryConn struct {
	request  chan []byte
	answered chan struct{}
	rest     []byte // of the request
	answer   []byte
	closed   chan struct{}
}

func newMemoryConn() *memoryConn {
	return &memoryConn{
		request: make(chan []byte), answered: make(chan struct{}),
		answer: make([]byte, 0, 64<<10), closed: make(chan struct{}),
	}
}

func (c *memoryConn) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		select {
		case c.rest = <-c.request:
		case <-c.closed:
			return 0, net.ErrClosed
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// Write takes an answer, which fasthttp writes in one piece when it fits into its buffer.
func (c *memoryConn) Write(p []byte) (int, error) {
	c.answer = append(c.answer[:0], p...)
	select {
	case c.answered <- struct{}{}:
		return len(p), nil
	case <-c.closed:
		return 0, net.ErrClosed
	}
}

// ask sends a request and waits for its answer, a view that the next one replaces.
func (c *memoryConn) ask(request []byte) []byte {
	c.request <- request
	<-c.answered
	return c.answer
}

func (c *memoryConn) Close() error                     { return nil }
func (c *memoryConn) LocalAddr() net.Addr              { return memoryAddr }
func (c *memoryConn) RemoteAddr() net.Addr             { return memoryAddr }
func (c *memoryConn) SetDeadline(time.Time) error      { return nil }
func (c *memoryConn) SetReadDeadline(time.Time) error  { return nil }
func (c *memoryConn) SetWriteDeadline(time.Time) error { return nil }

var memoryAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 49152}

// memoryListener hands out one connection.
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

// inMemory is a connection to a gateway that serves resources.
func inMemory(tb testing.TB, resources ...*api.Resource) *memoryConn {
	tb.Helper()
	c := newMemoryConn()
	l := &memoryListener{conns: make(chan net.Conn, 1), closed: make(chan struct{})}
	l.conns <- c
	g := newGateway(tb, resources...)
	go g.Serve(l) //nolint:errcheck // ends with the listener
	tb.Cleanup(func() { close(l.closed); close(c.closed) })
	return c
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

// BenchmarkPipeline is the whole data plane between two connections that cost
// next to nothing, with an access log and metrics.
func BenchmarkPipeline(b *testing.B) {
	for _, p := range pipelines {
		b.Run(p.name, func(b *testing.B) {
			c, request := inMemory(b, p.serve(b)), []byte(p.request)
			if answer := c.ask(request); !bytes.HasPrefix(answer, okay) {
				b.Fatalf("answered %q", answer)
			}
			b.ReportAllocs()
			for b.Loop() {
				c.ask(request)
			}
		})
	}
}

// TestSteadyStateAllocatesNothing holds the data plane to its rule. Pools that
// the collector has emptied are filled anew now and then, so a few allocations
// in thousands of requests are let pass.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector has pools drop what they keep")
	}
	const requests, most = 5000, 0.02
	for _, p := range pipelines {
		t.Run(p.name, func(t *testing.T) {
			c, request := inMemory(t, p.serve(t)), []byte(p.request)
			for range 100 { // connections, pools and buffers
				if answer := c.ask(request); !bytes.HasPrefix(answer, okay) {
					t.Fatalf("answered %q", answer)
				}
			}
			before := mallocs()
			for range requests {
				c.ask(request)
			}
			if each := float64(mallocs()-before) / requests; each > most {
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
