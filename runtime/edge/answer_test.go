package edge

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// at is when all answers of these tests were there.
var at = time.Date(2026, time.March, 5, 7, 8, 9, 0, time.UTC)

const dateLine = "Date: Thu, 05 Mar 2026 07:08:09 GMT\r\n"

// converse has a server read requests and returns all that it wrote.
func converse(request string, handler Handler) string {
	s := NewServer(func(q *Request, a *Answer) {
		a.Done = at
		handler(q, a)
	}, Options{OnRefuse: answerRefusal})
	c := once{in: bytes.NewReader([]byte(request)), out: new(bytes.Buffer)}
	s.ServeConn(c)
	return c.out.String()
}

// TestAnswers: exact bytes of answers.
func TestAnswers(t *testing.T) {
	const get, head, old = "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"
	const alive, ends = "Connection: keep-alive\r\n\r\n", "Connection: close\r\n\r\n"
	large := strings.Repeat("l", 3*oneWrite)
	for name, tc := range map[string]struct {
		request string
		handler Handler
		want    string
	}{
		"nothing": {get, func(*Request, *Answer) {}, "HTTP/1.1 200 OK\r\n" + dateLine + "Content-Length: 0\r\n" + alive},
		"all": {get, func(_ *Request, a *Answer) {
			a.SetStatus(201)
			a.SetContentType("a/b")
			a.Add("X-one", "1")
			a.Add("x-ONE", "")
			a.SetBodyText("body")
		}, "HTTP/1.1 201 Created\r\n" + dateLine + "Content-Type: a/b\r\nContent-Length: 4\r\nX-one: 1\r\nx-ONE: \r\n" + alive + "body"},
		"HEAD": {head, func(_ *Request, a *Answer) { a.SetBodyText("body") }, "HTTP/1.1 200 OK\r\n" + dateLine + "Content-Length: 4\r\n" + alive},
		"204": {get, func(_ *Request, a *Answer) {
			a.SetStatus(204)
			a.SetBodyText("body")
		}, "HTTP/1.1 204 No Content\r\n" + dateLine + alive},
		"304": {get, func(_ *Request, a *Answer) {
			a.SetStatus(304)
			a.SetBodyText("body")
		}, "HTTP/1.1 304 Not Modified\r\n" + dateLine + alive},
		"unknown status":    {get, func(_ *Request, a *Answer) { a.SetStatus(299) }, "HTTP/1.1 299 Unknown Status Code\r\n" + dateLine + "Content-Length: 0\r\n" + alive},
		"impossible status": {get, func(_ *Request, a *Answer) { a.SetStatus(101) }, "HTTP/1.1 500 Internal Server Error\r\n" + dateLine + "Content-Length: 0\r\n" + alive},
		"controls": {get, func(_ *Request, a *Answer) {
			a.SetContentType("a\r\nb")
			a.Add("A", "b\r\nC: d\x00\x7f\té")
			a.Add("B\r\nC", "d")
			a.Add("", "e")
		}, "HTTP/1.1 200 OK\r\n" + dateLine + "Content-Type: a  b\r\nContent-Length: 0\r\nA: b  C: d  \té\r\n" + alive},
		"HTTP/1.0":          {old, func(*Request, *Answer) {}, "HTTP/1.1 200 OK\r\n" + dateLine + "Content-Length: 0\r\n" + ends},
		"closed by handler": {get + get, func(_ *Request, a *Answer) { a.Close() }, "HTTP/1.1 200 OK\r\n" + dateLine + "Content-Length: 0\r\n" + ends},
		"large":             {get, func(_ *Request, a *Answer) { a.SetBodyText(large) }, "HTTP/1.1 200 OK\r\n" + dateLine + "Content-Length: 49152\r\n" + alive + large},
		"static":            {get, func(_ *Request, a *Answer) { a.SetStaticBody([]byte("s")) }, "HTTP/1.1 200 OK\r\n" + dateLine + "Content-Length: 1\r\n" + alive + "s"},
		"swapped":           {get, func(_ *Request, a *Answer) { a.SwapBody(func([]byte) []byte { return []byte("w") }) }, "HTTP/1.1 200 OK\r\n" + dateLine + "Content-Length: 1\r\n" + alive + "w"},
		"taken back": {get, func(_ *Request, a *Answer) {
			a.SetStatus(500)
			a.Add("A", "b")
			a.SetBodyText("x")
			a.Close()
			a.Reset()
			a.Done = at
		}, "HTTP/1.1 200 OK\r\n" + dateLine + "Content-Length: 0\r\n" + alive},
		"nothing of the last": {get + head, func(q *Request, a *Answer) {
			if q.Method == "GET" {
				a.SetStatus(404)
				a.SetContentType("a/b")
				a.Add("A", "b")
				a.SetBodyText("x")
			}
		}, "HTTP/1.1 404 Not Found\r\n" + dateLine + "Content-Type: a/b\r\nContent-Length: 1\r\nA: b\r\n" + alive + "x" +
			"HTTP/1.1 200 OK\r\n" + dateLine + "Content-Length: 0\r\n" + alive},
	} {
		if got := converse(tc.request, tc.handler); got != tc.want {
			t.Errorf("%s:\ngot  %q\nwant %q", name, got, tc.want)
		}
	}
}

// crumbs gives what there is to read in pieces of a size.
type crumbs struct {
	rest string
	size int
}

func (c *crumbs) Read(p []byte) (int, error) {
	if c.rest == "" {
		return 0, io.EOF
	}
	n := copy(p, c.rest[:min(c.size, len(c.rest))])
	c.rest = c.rest[n:]
	return n, nil
}

type piecewise struct {
	once
	in *crumbs
}

func (p piecewise) Read(b []byte) (int, error) { return p.in.Read(b) }

// TestPieces: requests mean the same however they are cut into reads.
func TestPieces(t *testing.T) {
	body := strings.Repeat("0123456789", 5000)
	request := "\r\nPOST /a?b HTTP/1.1\r\nHost: h\r\nA: " + strings.Repeat("v", 10000) + "\r\nContent-Length: 14000\r\n\r\n" + body[:14000] +
		"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 50000\r\n\r\n" + body +
		"POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nC350;x=y\r\n" + body + "\r\n3 \r\nabc\r\n0\r\nT: u\r\n\r\n" +
		"GET / HTTP/1.1\r\nHost: n\r\n\r\n" +
		"GET / HTTP/1.1\nHost: n\r\n\r\n"
	var want string
	for _, size := range []int{len(request), 1, 2, 7, 100, 1460, 4096, readBuffer - 1, readBuffer, readBuffer + 1} {
		var got strings.Builder
		s := NewServer(func(q *Request, a *Answer) {
			got.WriteString(q.Method + " " + string(q.Path) + " " + q.Host + " ")
			for _, p := range q.Header {
				got.WriteString(p.Name + p.Value + " ")
			}
			got.Write(q.Body)
		}, Options{OnRefuse: func(_ *Request, _ *Answer, r *Refusal) { got.WriteString(r.Message) }})
		s.ServeConn(piecewise{once: once{out: new(bytes.Buffer)}, in: &crumbs{request, size}})
		if want == "" {
			want = got.String()
			if !strings.HasSuffix(want, "GET / n Hostn Bad Request") {
				t.Fatalf("%q", want[max(0, len(want)-100):])
			}
		} else if got.String() != want {
			t.Errorf("in pieces of %d: %d bytes, want %d", size, got.Len(), len(want))
		}
	}
}

func TestPeer(t *testing.T) {
	for text, addr := range map[string]net.Addr{
		"":            &net.UnixAddr{Name: "x"},
		"127.0.0.1":   &net.TCPAddr{IP: net.ParseIP("127.0.0.1"), Port: 1},
		"2001:db8::1": &net.TCPAddr{IP: net.ParseIP("2001:db8::1"), Port: 1},
	} {
		if got := peerIP(addressed{addr: addr}); got != text {
			t.Errorf("%v: %q", addr, got)
		}
	}
}

type addressed struct {
	net.Conn
	addr net.Addr
}

func (a addressed) RemoteAddr() net.Addr { return a.addr }
