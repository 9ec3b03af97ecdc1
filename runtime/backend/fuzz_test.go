package backend

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"sluice/mapping"
	"sluice/runtime/octets"
)

// script is a connection that has been told everything it will say.
type script struct {
	net.Conn
	in *bytes.Reader
}

func (s script) Read(p []byte) (int, error)       { return s.in.Read(p) }
func (s script) SetDeadline(time.Time) error      { return nil }
func (s script) SetReadDeadline(time.Time) error  { return nil }
func (s script) SetWriteDeadline(time.Time) error { return os.ErrInvalid }

// FuzzAnswer reads arbitrary bytes as an answer, and holds what comes out
// against what a gateway relies on.
func FuzzAnswer(f *testing.F) {
	for _, tc := range answerCases(f) {
		if a := tc.bytes(); len(a) < 1<<12 {
			f.Add([]byte(a), tc.Method == "HEAD")
		}
	}
	f.Fuzz(func(t *testing.T, answer []byte, head bool) {
		o := Options{MaxBody: 1 << 16, MaxHeaderBytes: 1 << 12, MaxFields: 64}.withDefaults()
		nc := script{in: bytes.NewReader(answer)}
		resp := Response{head: make([]byte, 512)}
		in := input{c: &conn{nc: nc, rw: nc, options: &o}, resp: &resp}
		keepAlive, err := in.read(head)
		if err != nil {
			if e, ok := err.(*Error); !ok || e.Kind == 0 || e.Err == nil {
				t.Fatalf("%#v", err)
			}
			return
		}
		if resp.StatusCode < 200 || resp.StatusCode > 599 || len(resp.Body) > o.MaxBody || len(resp.Header) > o.MaxFields {
			t.Fatalf("status %d, %d bytes, %d fields", resp.StatusCode, len(resp.Body), len(resp.Header))
		}
		for _, p := range resp.Header {
			if !octets.IsToken(p.Name) || bytes.ContainsAny([]byte(p.Value), "\r\n\x00") {
				t.Fatalf("field %q: %q", p.Name, p.Value)
			}
		}
		if head && len(resp.Body) > 0 {
			t.Fatal("HEAD with a body")
		}
		if keepAlive && in.framing.length < 0 && !in.framing.chunked && !head && resp.StatusCode != 204 && resp.StatusCode != 304 {
			t.Fatal("kept a connection whose end is the body's")
		}
		// Where net/http understands the same bytes, it reads the same body.
		method := "GET"
		if head {
			method = "HEAD"
		}
		std, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), &http.Request{Method: method})
		if err != nil || std.StatusCode != resp.StatusCode {
			return
		}
		if body, err := io.ReadAll(std.Body); err == nil && !bytes.Equal(body, resp.Body) {
			t.Fatalf("body %q, net/http has %q", resp.Body, body)
		}
	})
}

// FuzzRequest encodes arbitrary fields. What is not refused must come out as
// one request with exactly these fields.
func FuzzRequest(f *testing.F) {
	f.Add("GET", "/", "", "A", "b")
	f.Add("POST", "/a?b", "h", "A", "b\r\nC: d")
	f.Fuzz(func(t *testing.T, method, target, host, name, value string) {
		r := get()
		r.Method, r.Target, r.Host = method, []byte(target), host
		r.Header = append(r.Header, pair(name, value))
		if r.encode("authority") != nil {
			return
		}
		if lines := bytes.Split(r.wire, []byte("\r\n")); len(lines) != 6 || bytes.ContainsAny(bytes.ReplaceAll(r.wire, []byte("\r\n"), nil), "\r\n\x00") {
			t.Fatalf("%q", r.wire)
		}
	})
}

// FuzzAddress: what is taken must be something net.Dial splits in the same way.
func FuzzAddress(f *testing.F) {
	f.Add("example.com:80")
	f.Add("[::1]:80")
	f.Fuzz(func(t *testing.T, hostport string) {
		a, err := parseAddress("http", hostport)
		if err != nil {
			return
		}
		if host, _, err := net.SplitHostPort(a.dial); err != nil || host != a.host {
			t.Fatalf("%q: %+v %v", hostport, a, err)
		}
	})
}

func pair(name, value string) mapping.Pair { return mapping.Pair{Name: name, Value: value} }
