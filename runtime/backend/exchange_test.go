package backend

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/mapping"
)

const hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

func TestRequestBytes(t *testing.T) {
	got := make(chan string, 1)
	ln := listen(t, func(c net.Conn, r *bufio.Reader, _ int) {
		for {
			head, body, err := readRequest(r)
			if err != nil {
				return
			}
			got <- head + body
			io.WriteString(c, hello)
		}
	})
	e := endpoint(t, client(t, Options{}), ln)
	host := ln.Addr().String()
	for _, tc := range []struct {
		req  Request
		want string
	}{
		{*get(), "GET / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n\r\n"},
		{Request{
			Method: "POST", Target: []byte("/a%20b?c=d"), Host: "other.example", Body: []byte("xyz"),
			Header: []mapping.Pair{{Name: "x-LOW", Value: "1"}, {Name: "content-type", Value: "a/b"}, {Name: "X-Low", Value: ""}, {Name: "Cookie", Value: "a=b;c=d"}, {Name: "user-agent", Value: "caf\xc3\xa9\tx"}},
		}, "POST /a%20b?c=d HTTP/1.1\r\nHost: other.example\r\nx-LOW: 1\r\ncontent-type: a/b\r\nX-Low: \r\nCookie: a=b;c=d\r\nuser-agent: caf\xc3\xa9\tx\r\nContent-Length: 3\r\n\r\nxyz"},
	} {
		var resp Response
		if err := e.Do(&tc.req, &resp, soon()); err != nil {
			t.Fatal(err)
		}
		if g := <-got; g != tc.want {
			t.Errorf("sent %q\nwant %q", g, tc.want)
		}
	}
	if ln.accepted() != 1 {
		t.Errorf("%d connections", ln.accepted())
	}
}

func TestRequestReset(t *testing.T) {
	r := &Request{
		Method: "POST", Target: []byte("/a"), Host: "h", Body: []byte("b"),
		Header: []mapping.Pair{{Name: "A", Value: "b"}},
	}
	if err := r.encode("h"); err != nil {
		t.Fatal(err)
	}
	header := r.Header
	if r.Reset(); r.Method != "" || len(r.Target) != 0 || r.Host != "" || r.Body != nil || len(r.Header) != 0 || header[0].Name != "" {
		t.Errorf("left: %+v", r)
	}
	if cap(r.Target) == 0 || cap(r.Header) == 0 || cap(r.wire) == 0 {
		t.Error("buffers are gone")
	}
	r.Target, r.Header, r.wire = make([]byte, keptBuffer+1), make([]mapping.Pair, keptHeaders+1), make([]byte, keptBuffer+1)
	if r.Reset(); r.Target != nil || r.Header != nil || r.wire != nil {
		t.Error("large buffers are kept")
	}
}

func TestRequestRefused(t *testing.T) {
	e, err := client(t, Options{}).Endpoint("http", "127.0.0.1:1", false)
	if err != nil {
		t.Fatal(err)
	}
	field := func(name, value string) *Request {
		r := get()
		r.Header = []mapping.Pair{{Name: name, Value: value}}
		return r
	}
	for name, req := range map[string]*Request{
		"no method":         {Target: []byte("/")},
		"method with blank": {Method: "GET /x", Target: []byte("/")},
		"no target":         {Method: "GET"},
		"absolute target":   {Method: "GET", Target: []byte("http://a/")},
		"blank in target":   {Method: "GET", Target: []byte("/a b")},
		"CRLF in target":    {Method: "GET", Target: []byte("/a\r\nX: y")},
		"NUL in target":     {Method: "GET", Target: []byte("/\x00")},
		"raw UTF-8 target":  {Method: "GET", Target: []byte("/\xc3\xa9")},
		"CRLF in host":      {Method: "GET", Target: []byte("/"), Host: "a\r\nX: y"},
		"CRLF in value":     field("A", "b\r\nX: y"),
		"LF in value":       field("A", "b\nX: y"),
		"CR in value":       field("A", "b\rX: y"),
		"NUL in value":      field("A", "b\x00"),
		"DEL in value":      field("A", "0123456\x7f"),
		"blank in name":     field("A B", "c"),
		"colon in name":     field("A:", "c"),
		"empty name":        field("", "c"),
		"UTF-8 name":        field("\xc3\xa9", "c"),
		"Content-Length":    field("content-LENGTH", "5"),
		"Transfer-Encoding": field("Transfer-Encoding", "chunked"),
		"Host":              field("HOST", "a"),
	} {
		var resp Response
		if got := kindOf(t, e.Do(req, &resp, soon())); got != KindRequest {
			t.Errorf("%s: kind %d", name, got)
		}
	}
}

// TestStale has the backend do something on an idle connection, and wants the
// next request, of any method, on a new one.
func TestStale(t *testing.T) {
	for name, do := range map[string]func(c net.Conn){
		"closed":          func(c net.Conn) { c.Close() },
		"reset":           func(c net.Conn) { c.(*net.TCPConn).SetLinger(0); c.Close() },
		"half closed":     func(c net.Conn) { c.(*net.TCPConn).CloseWrite() },
		"says 408":        func(c net.Conn) { io.WriteString(c, "HTTP/1.1 408 Slow\r\nContent-Length: 4\r\n\r\nevil") },
		"one byte":        func(c net.Conn) { io.WriteString(c, "H") },
		"whole answer":    func(c net.Conn) { io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil") },
		"answer and gone": func(c net.Conn) { io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"); c.Close() },
	} {
		for _, size := range []int{0, 100 << 10} { // the two ways of writing
			t.Run(fmt.Sprint(name, size), func(t *testing.T) {
				t.Parallel()
				misbehave, misbehaved := make(chan bool), make(chan bool)
				ln := listen(t, func(c net.Conn, r *bufio.Reader, number int) {
					for {
						if _, _, err := readRequest(r); err != nil {
							return
						}
						io.WriteString(c, hello)
						if number == 0 {
							<-misbehave
							do(c)
							close(misbehaved)
							io.Copy(io.Discard, r)
							return
						}
					}
				})
				e := endpoint(t, client(t, Options{}), ln)
				var resp Response
				if err := e.Do(get(), &resp, soon()); err != nil {
					t.Fatal(err)
				}
				e.mu.Lock()
				c := e.idle[0]
				e.mu.Unlock()
				close(misbehave)
				<-misbehaved
				for c.quiet() { // loopback delivers at once, nearly
					runtime.Gosched()
				}
				req := &Request{Method: "POST", Target: []byte("/"), Body: bytes.Repeat([]byte("x"), size)}
				if err := e.Do(req, &resp, soon()); err != nil || string(resp.Body) != "hello" {
					t.Fatalf("%v %q", err, resp.Body)
				}
				if ln.accepted() != 2 {
					t.Errorf("%d connections", ln.accepted())
				}
				e.mu.Lock()
				defer e.mu.Unlock()
				if e.open != 1 {
					t.Errorf("%d open", e.open)
				}
			})
		}
	}
}

// TestRetry has the backend close a reused connection after it got the request.
func TestRetry(t *testing.T) {
	for _, tc := range []struct {
		method string
		again  int // how many connections it does that to, after the first
		want   Kind
		conns  int
	}{
		{"GET", 1, 0, 2},
		{"HEAD", 1, 0, 2},
		{"PUT", 1, 0, 2},
		{"DELETE", 1, 0, 2},
		{"OPTIONS", 1, 0, 2},
		{"POST", 1, KindConnect, 1},
		{"PATCH", 1, KindConnect, 1},
		{"PURGE", 1, KindConnect, 1},
		{"GET", 2, KindConnect, 2},
	} {
		t.Run(fmt.Sprint(tc.method, tc.again), func(t *testing.T) {
			t.Parallel()
			ln := listen(t, func(c net.Conn, r *bufio.Reader, number int) {
				for i := 0; ; i++ {
					if _, _, err := readRequest(r); err != nil {
						return
					}
					if i == 1-number && number < tc.again {
						return
					}
					io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				}
			})
			e := endpoint(t, client(t, Options{}), ln)
			var resp Response
			if err := e.Do(get(), &resp, soon()); err != nil {
				t.Fatal(err)
			}
			err := e.Do(&Request{Method: tc.method, Target: []byte("/")}, &resp, soon())
			if got := kindOf(t, err); got != tc.want || ln.accepted() != tc.conns {
				t.Errorf("%v after %d connections", err, ln.accepted())
			}
		})
	}
}

// TestNoRetryOnFresh: a connection that ends unanswered at its first request is
// the backend's fault, not the pool's.
func TestNoRetryOnFresh(t *testing.T) {
	ln := listen(t, func(_ net.Conn, r *bufio.Reader, _ int) { readRequest(r) })
	var resp Response
	err := endpoint(t, client(t, Options{}), ln).Do(get(), &resp, soon())
	if kindOf(t, err) != KindConnect || ln.accepted() != 1 {
		t.Errorf("%v after %d connections", err, ln.accepted())
	}
}

// TestNoRetryAfterByte: one byte of an answer rules out another attempt.
func TestNoRetryAfterByte(t *testing.T) {
	ln := listen(t, func(c net.Conn, r *bufio.Reader, _ int) {
		readRequest(r)
		io.WriteString(c, hello)
		readRequest(r)
		io.WriteString(c, "H")
	})
	e := endpoint(t, client(t, Options{}), ln)
	var resp Response
	if err := e.Do(get(), &resp, soon()); err != nil {
		t.Fatal(err)
	}
	err := e.Do(get(), &resp, soon())
	if kindOf(t, err) != KindClosed || ln.accepted() != 1 {
		t.Errorf("%v after %d connections", err, ln.accepted())
	}
}

// TestTimeout has backends that stop in every phase. Do must come back with
// KindTimeout; the test's own limit is only there to fail instead of hanging.
func TestTimeout(t *testing.T) {
	big := bytes.Repeat([]byte("x"), 32<<20)
	for name, tc := range map[string]struct {
		body  []byte
		serve func(c net.Conn, r *bufio.Reader)
	}{
		"never reads":    {nil, func(net.Conn, *bufio.Reader) {}},
		"never answers":  {nil, func(_ net.Conn, r *bufio.Reader) { readRequest(r) }},
		"stalled reader": {big, func(net.Conn, *bufio.Reader) {}},
		"slow reader":    {big, func(_ net.Conn, r *bufio.Reader) { r.ReadByte() }},
		"half a status":  {nil, func(c net.Conn, r *bufio.Reader) { readRequest(r); io.WriteString(c, "HTTP/1.1 2") }},
		"half a header":  {nil, func(c net.Conn, r *bufio.Reader) { readRequest(r); io.WriteString(c, "HTTP/1.1 200 OK\r\nA: b\r\n") }},
		"half a body":    {nil, func(c net.Conn, r *bufio.Reader) { readRequest(r); io.WriteString(c, hello[:len(hello)-1]) }},
		"half a long body": {nil, func(c net.Conn, r *bufio.Reader) {
			readRequest(r)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"+strings.Repeat("x", 50000))
		}},
		"half a chunk": {nil, func(c net.Conn, r *bufio.Reader) {
			readRequest(r)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")
		}},
		"body without end": {nil, func(c net.Conn, r *bufio.Reader) { readRequest(r); io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\nabc") }},
		"slow drip": {nil, func(c net.Conn, r *bufio.Reader) {
			readRequest(r)
			for _, err := io.WriteString(c, "HTTP/1.1 200 OK\r\nA: "); err == nil; _, err = io.WriteString(c, "a") {
				time.Sleep(5 * time.Millisecond) // the drip itself
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			done := make(chan bool)
			ln := listen(t, func(c net.Conn, r *bufio.Reader, _ int) {
				tc.serve(c, r)
				<-done
			})
			defer close(done)
			e := endpoint(t, client(t, Options{}), ln)
			var resp Response
			begin := time.Now()
			err := e.Do(&Request{Method: "PUT", Target: []byte("/"), Body: tc.body}, &resp, begin.Add(150*time.Millisecond))
			if kindOf(t, err) != KindTimeout || ln.accepted() > 1 {
				t.Errorf("%v after %d connections", err, ln.accepted())
			}
			if took := time.Since(begin); took < 150*time.Millisecond || took > 15*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// TestTimeoutReused: the deadline of an earlier, longer request, or of a
// shorter one that was kept on the connection, is not taken for this one's.
func TestTimeoutReused(t *testing.T) {
	for _, first := range []time.Duration{400 * time.Millisecond, time.Hour} {
		stop := make(chan bool)
		ln := listen(t, func(c net.Conn, r *bufio.Reader, _ int) {
			for i := 0; ; i++ {
				if _, _, err := readRequest(r); err != nil {
					return
				}
				if i == 2 {
					<-stop
					return
				}
				if i == 1 {
					time.Sleep(500 * time.Millisecond) // past the shorter deadline
				}
				io.WriteString(c, hello)
			}
		})
		e := endpoint(t, client(t, Options{}), ln)
		var resp Response
		for i, limit := range []time.Duration{first, 20 * time.Second, 100 * time.Millisecond} {
			err := e.Do(get(), &resp, time.Now().Add(limit))
			if i < 2 && err != nil {
				t.Errorf("first %v, request %d: %v", first, i, err)
			}
			if i == 2 && kindOf(t, err) != KindTimeout {
				t.Errorf("first %v: %v", first, err)
			}
		}
		close(stop)
	}
}

func TestDeadlineInThePast(t *testing.T) {
	ln := listen(t, func(net.Conn, *bufio.Reader, int) {})
	e := endpoint(t, client(t, Options{}), ln)
	var resp Response
	for _, deadline := range []time.Time{{}, time.Now().Add(-time.Second)} {
		if err := e.Do(get(), &resp, deadline); kindOf(t, err) != KindTimeout || ln.accepted() != 0 {
			t.Error(err, ln.accepted())
		}
	}
}

// TestLargeBodies goes through every way of writing and reading a body.
func TestLargeBodies(t *testing.T) {
	ln := listen(t, func(c net.Conn, r *bufio.Reader, _ int) {
		for {
			head, body, err := readRequest(r)
			if err != nil {
				return
			}
			switch {
			case strings.HasPrefix(head, "PUT"):
				w := bufio.NewWriterSize(c, 512)
				io.WriteString(w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
				for rest := body; rest != ""; {
					n := min(len(rest), 1+len(rest)/3)
					fmt.Fprintf(w, "%x;ext\r\n%s\r\n", n, rest[:n])
					rest = rest[n:]
				}
				io.WriteString(w, "0\r\n\r\n")
				w.Flush()
			case strings.HasPrefix(head, "DELETE"):
				fmt.Fprintf(c, "HTTP/1.1 200 OK\r\n\r\n%s", body)
				return
			default:
				fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
			}
		}
	})
	e := endpoint(t, client(t, Options{}), ln)
	var resp Response
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		for _, size := range []int{1, 4000, headRoom - 100, headRoom, oneWrite - 200, oneWrite, oneWrite + 1, firstBody, 3 << 20, 10485760} {
			body := bytes.Repeat([]byte("0123456789abcdefg"), size/17+1)[:size]
			if err := e.Do(&Request{Method: method, Target: []byte("/"), Body: body}, &resp, soon()); err != nil {
				t.Fatalf("%s %d: %v", method, size, err)
			}
			if !bytes.Equal(resp.Body, body) {
				t.Fatalf("%s %d: another body", method, size)
			}
		}
	}
	if ln.accepted() != 10 { // the first, and one more after each close but the last
		t.Errorf("%d connections", ln.accepted())
	}
	if cap(resp.body) < 10485760 {
		t.Fatal("the last body did not go the way this test means")
	}
	if resp.Reset(); cap(resp.body) != 0 {
		t.Error("Reset keeps a large buffer")
	}
}

// TestSwapBody: a body that was given away is not written to by later answers,
// and the buffer given for it is used.
func TestSwapBody(t *testing.T) {
	ln := listen(t, func(c net.Conn, r *bufio.Reader, _ int) {
		for {
			_, body, err := readRequest(r)
			if err != nil {
				return
			}
			if len(body)%2 == 1 {
				fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body)
			} else {
				fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
			}
		}
	})
	e := endpoint(t, client(t, Options{}), ln)
	var resp Response
	var taken, want [][]byte
	for i, size := range []int{10, 5, 20000, 30001, 10, 0, 11, 100000, 7, 9999, 50000} {
		body := bytes.Repeat([]byte{'a' + byte(i)}, size)
		if err := e.Do(&Request{Method: "PUT", Target: []byte("/"), Body: body}, &resp, soon()); err != nil {
			t.Fatal(err)
		}
		taken, want = append(taken, resp.SwapBody(make([]byte, 3, 60000))), append(want, body)
		if resp.Body != nil || resp.StatusCode != 200 || len(resp.Header) != 1 {
			t.Errorf("left of the answer: %+v", resp)
		}
	}
	for i := range taken {
		if !bytes.Equal(taken[i], want[i]) {
			t.Errorf("body %d was changed", i)
		}
	}
	if resp.SwapBody(nil) != nil {
		t.Error("the body came twice")
	}
}

// TestEarlyAnswer: a backend that answers without reading the body, and either
// closes or stops reading, is heard.
func TestEarlyAnswer(t *testing.T) {
	for _, stays := range []bool{true, false} {
		done := make(chan bool)
		ln := listen(t, func(c net.Conn, r *bufio.Reader, _ int) {
			for {
				line, err := r.ReadString('\n')
				if err != nil || line == "\r\n" {
					break
				}
			}
			io.WriteString(c, "HTTP/1.1 413 Large\r\nContent-Length: 3\r\n\r\nbig")
			if stays {
				<-done
			} else {
				c.(*net.TCPConn).CloseWrite()
				io.CopyN(io.Discard, r, 1<<20)
				c.(*net.TCPConn).CloseRead()
				<-done
			}
		})
		e := endpoint(t, client(t, Options{}), ln)
		var resp Response
		err := e.Do(&Request{Method: "POST", Target: []byte("/"), Body: make([]byte, 32<<20)}, &resp, soon())
		if err != nil || resp.StatusCode != 413 || string(resp.Body) != "big" {
			t.Errorf("stays %v: %v, %d %q", stays, err, resp.StatusCode, resp.Body)
		}
		e.mu.Lock()
		if len(e.idle) != 0 || e.open != 0 {
			t.Errorf("connection of an unfinished request was kept")
		}
		e.mu.Unlock()
		close(done)
	}
}

// TestMaxConns: requests wait for the only connection until their deadline. It
// is handed over when it can be used again, and its place when it cannot.
func TestMaxConns(t *testing.T) {
	got, answer := make(chan bool), make(chan string)
	ln := listen(t, func(c net.Conn, r *bufio.Reader, _ int) {
		for {
			if _, _, err := readRequest(r); err != nil {
				return
			}
			got <- true
			io.WriteString(c, <-answer)
		}
	})
	e := endpoint(t, client(t, Options{MaxConns: 1}), ln)
	var wg sync.WaitGroup
	do := func() {
		wg.Go(func() {
			var resp Response
			if err := e.Do(get(), &resp, soon()); err != nil || string(resp.Body) != "hello" {
				t.Errorf("%v, %q", err, resp.Body)
			}
		})
	}
	do()
	<-got
	var resp Response
	if err := e.Do(get(), &resp, time.Now().Add(20*time.Millisecond)); kindOf(t, err) != KindTimeout {
		t.Errorf("with all connections in use: %v", err)
	}
	for i, a := range []string{hello, strings.Replace(hello, "\r\n", "\r\nConnection: close\r\n", 1), hello} {
		if i < 2 {
			do()
			for waiting := 0; waiting == 0; runtime.Gosched() {
				e.mu.Lock()
				waiting = e.waiting.Len()
				e.mu.Unlock()
			}
		}
		answer <- a
		if i < 2 {
			<-got
		}
	}
	wg.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.open != 1 || len(e.idle) != 1 || e.waiting.Len() != 0 || ln.accepted() != 2 {
		t.Errorf("open %d, idle %d, waiting %d, %d connections", e.open, len(e.idle), e.waiting.Len(), ln.accepted())
	}
}

// TestClaims: a backend that claims a large body and sends none costs next to
// no memory, and a request that timed out leaves no goroutine behind.
func TestClaims(t *testing.T) {
	const n = 50
	for name, answer := range map[string]string{
		"length": "HTTP/1.1 200 OK\r\nContent-Length: 10485760\r\n\r\nx",
		"chunk":  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na00000\r\nx",
	} {
		done := make(chan bool)
		ln := listen(t, func(c net.Conn, r *bufio.Reader, _ int) {
			readRequest(r)
			io.WriteString(c, answer)
			<-done
		})
		e := endpoint(t, client(t, Options{}), ln)
		var before, after runtime.MemStats
		goroutines := 0
		runtime.ReadMemStats(&before)
		for i := range n {
			var resp Response
			if err := e.Do(get(), &resp, time.Now().Add(10*time.Millisecond)); kindOf(t, err) != KindTimeout {
				t.Fatal(err)
			}
			if i == 0 {
				goroutines = runtime.NumGoroutine()
			}
		}
		runtime.ReadMemStats(&after)
		if got := (after.TotalAlloc - before.TotalAlloc) / n; got > 256<<10 {
			t.Errorf("%s: %d bytes a request", name, got)
		}
		// Each connection has one goroutine, of the test's server.
		if got := runtime.NumGoroutine() - goroutines; got > n {
			t.Errorf("%s: %d more goroutines", name, got)
		}
		close(done)
	}
}

// TestIdleTimeout drives the sweeper by hand.
func TestIdleTimeout(t *testing.T) {
	ln := listen(t, func(c net.Conn, r *bufio.Reader, _ int) {
		for {
			if _, _, err := readRequest(r); err != nil {
				return
			}
			io.WriteString(c, hello)
		}
	})
	e := endpoint(t, client(t, Options{IdleTimeout: time.Hour}), ln)
	var resp Response
	do := func() {
		t.Helper()
		if err := e.Do(get(), &resp, soon()); err != nil {
			t.Fatal(err)
		}
	}
	age := func() {
		e.mu.Lock()
		e.idle[0].since = time.Now().Add(-2 * time.Hour)
		e.mu.Unlock()
	}
	do()
	age()
	do() // finds the old one itself
	if ln.accepted() != 2 {
		t.Errorf("%d connections", ln.accepted())
	}
	age()
	e.sweep()
	e.mu.Lock()
	if e.open != 0 || len(e.idle) != 0 || e.swept {
		t.Errorf("open %d, idle %d, sweeper running %v", e.open, len(e.idle), e.swept)
	}
	e.mu.Unlock()
	do()
	e.client.Close()
	e.mu.Lock()
	if e.open != 0 {
		t.Errorf("open %d after Close", e.open)
	}
	e.mu.Unlock()
	do()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.open != 0 {
		t.Errorf("open %d after use of a closed client", e.open)
	}
}

// TestKeepAliveHint: a connection is not used in the last second of the time for
// which the backend says it keeps it.
func TestKeepAliveHint(t *testing.T) {
	for hint, want := range map[string]time.Duration{
		"":                             50 * time.Second,
		"timeout=5":                    4 * time.Second,
		"max=10 , timeout=1":           500 * time.Millisecond,
		"timeout=600":                  50 * time.Second,
		"timeout=0":                    50 * time.Second,
		"timeout=-1":                   50 * time.Second,
		"timeout=99999999999999999999": 50 * time.Second,
	} {
		ln := listen(t, func(c net.Conn, r *bufio.Reader, _ int) {
			for {
				if _, _, err := readRequest(r); err != nil {
					return
				}
				io.WriteString(c, "HTTP/1.1 200 OK\r\nkeep-alive: "+hint+"\r\nContent-Length: 0\r\n\r\n")
			}
		})
		e := endpoint(t, client(t, Options{}), ln)
		var resp Response
		for i := range 2 {
			if err := e.Do(get(), &resp, soon()); err != nil {
				t.Fatal(err)
			}
			e.mu.Lock()
			c := e.idle[0]
			if c.most != want {
				t.Errorf("%q: %v", hint, c.most)
			}
			c.since = c.since.Add(-want - time.Second)
			e.mu.Unlock()
			if ln.accepted() != i+1 {
				t.Errorf("%q: %d connections", hint, ln.accepted())
			}
		}
	}
}

// TestParallel has many goroutines share an endpoint, with answers that tell
// whose they are, and a backend that now and then closes.
func TestParallel(t *testing.T) {
	ln := listen(t, func(c net.Conn, r *bufio.Reader, number int) {
		for i := 0; i < 50+number; i++ {
			_, body, err := readRequest(r)
			if err != nil {
				return
			}
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		}
	})
	e := endpoint(t, client(t, Options{MaxConns: 6}), ln)
	var wg sync.WaitGroup
	for g := range 12 {
		wg.Go(func() {
			var resp Response
			req := &Request{Method: "PUT", Target: []byte("/")}
			for i := range 200 {
				req.Body = fmt.Appendf(req.Body[:0], "%d/%d", g, i)
				if err := e.Do(req, &resp, soon()); err != nil {
					t.Error(err)
				} else if !bytes.Equal(resp.Body, req.Body) {
					t.Errorf("got %q, want %q", resp.Body, req.Body)
				}
			}
		})
	}
	wg.Wait()
}
