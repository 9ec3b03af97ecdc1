package edge

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"
)

// browser is a head as browsers send it.
const browser = "GET /dev/pets/1234?type=dog&page=2 HTTP/1.1\r\n" +
	"Host: abcdef1234.execute-api.us-east-1.amazonaws.com\r\n" +
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n" +
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n" +
	"Accept-Language: en-GB,en;q=0.5\r\n" +
	"Accept-Encoding: gzip, deflate, br\r\n" +
	"Connection: keep-alive\r\n" +
	"Referer: https://example.com/index.html\r\n" +
	"Cookie: session=0123456789abcdef; theme=dark; _ga=GA1.2.1234567890.1234567890\r\n" +
	"Upgrade-Insecure-Requests: 1\r\n" +
	"Sec-Fetch-Dest: document\r\n" +
	"Sec-Fetch-Mode: navigate\r\n" +
	"Sec-Fetch-Site: same-origin\r\n" +
	"Cache-Control: max-age=0\r\n\r\n"

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{
		"browser": browser,
		"curl":    "GET /dev/pets HTTP/1.1\r\nHost: 127.0.0.1:4566\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n",
	} {
		b.Run(name, func(b *testing.B) {
			head := []byte(text)
			var q Request
			b.ReportAllocs()
			for b.Loop() {
				if r := Parse(head, &q); r != nil {
					b.Fatal(r)
				}
			}
		})
	}
}

// once is a connection with one request on it.
type once struct {
	net.Conn
	in  *bytes.Reader
	out *bytes.Buffer
}

func (o once) Read(p []byte) (int, error)       { return o.in.Read(p) }
func (o once) Write(p []byte) (int, error)      { return o.out.Write(p) }
func (o once) Close() error                     { return nil }
func (o once) SetDeadline(time.Time) error      { return nil }
func (o once) SetReadDeadline(time.Time) error  { return nil }
func (o once) SetWriteDeadline(time.Time) error { return nil }
func (o once) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (o once) RemoteAddr() net.Addr             { return &net.TCPAddr{} }

// FuzzServer has the server read arbitrary bytes. It must answer or close,
// every answer must be one, and a head that is let through must be clean.
func FuzzServer(f *testing.F) {
	for _, rc := range requestCases(f) {
		if r := rc.bytes(); len(r) < 1<<12 {
			f.Add([]byte(r))
		}
	}
	f.Add([]byte(browser))
	f.Fuzz(func(t *testing.T, request []byte) {
		s := NewServer(func(h *Request, a *Answer) {
			if h.Path[0] != '/' || bytes.ContainsAny(h.Path, " ?#\r\n\x00") || bytes.ContainsAny(h.Query, " #\r\n\x00") {
				t.Errorf("path %q, query %q", h.Path, h.Query)
			}
			if h.Host == "" && h.Protocol == "HTTP/1.1" || strings.ContainsAny(h.Host, " /@\r\n") {
				t.Errorf("host %q", h.Host)
			}
			for _, p := range h.Header {
				if p.Name == "" || strings.ContainsAny(p.Name, " :\t\r\n") || strings.ContainsAny(p.Value, "\r\n\x00") {
					t.Errorf("field %q: %q", p.Name, p.Value)
				}
			}
			a.SetBodyText("fine")
		}, Options{OnRefuse: answerRefusal})
		c := once{in: bytes.NewReader(request), out: new(bytes.Buffer)}
		s.ServeConn(c)
		r := bufio.NewReader(c.out)
		for {
			if _, err := r.Peek(1); err == io.EOF {
				return
			}
			var resp fasthttp.Response
			resp.SkipBody = bytes.HasPrefix(request, []byte("HEAD"))
			if err := resp.Read(r); err != nil && !bytes.Contains(request, []byte("HEAD ")) {
				t.Fatal(err)
			} else if err != nil {
				return // which of the answers has no body is not known here
			}
		}
	})
}

// BenchmarkServer is a whole request through the server, over loopback.
func BenchmarkServer(b *testing.B) {
	bare := fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) { ctx.SetBodyString("fine") }}
	own := NewServer(func(_ *Request, a *Answer) { a.SetBodyText("fine") }, Options{OnRefuse: answerRefusal})
	for name, serve := range map[string]func(net.Listener) error{"fasthttp": bare.Serve, "own": own.Serve} {
		b.Run(name, func(b *testing.B) {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			defer ln.Close()
			go serve(ln) //nolint:errcheck // ends with the listener
			c, err := net.Dial("tcp", ln.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			request, buf := []byte(strings.Repeat(browser, 10)), make([]byte, 4096)
			answers := 0
			b.ReportAllocs()
			// Ten at a time: the system calls would hide everything else.
			for b.Loop() {
				if _, err := c.Write(request); err != nil {
					b.Fatal(err)
				}
				for answers = 0; answers < 10; {
					n, err := c.Read(buf)
					if err != nil {
						b.Fatal(err)
					}
					answers += bytes.Count(buf[:n], []byte("fine"))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10, "ns/request")
		})
	}
}
