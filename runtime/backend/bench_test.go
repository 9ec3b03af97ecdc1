package backend

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"sluice/mapping"
)

// benchServer answers every request with the same bytes, in the cheapest way.
func benchServer(b *testing.B, size int) *rawServer {
	answer := []byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nServer: bench\r\nDate: Tue, 24 Nov 2026 12:00:00 GMT\r\nContent-Type: application/json\r\nETag: \"abc\"\r\nCache-Control: no-cache\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("x", size)))
	return listen(b, func(c net.Conn, _ *bufio.Reader, _ int) {
		buf := make([]byte, 64<<10)
		for {
			n, err := c.Read(buf)
			if err != nil {
				return
			}
			if !bytes.Contains(buf[:n], []byte("\r\n\r\n")) {
				continue // the body of a request whose head was answered
			}
			if _, err := c.Write(answer); err != nil {
				return
			}
		}
	})
}

var benchHeader = []mapping.Pair{
	{Name: "Accept", Value: "application/json, text/plain, */*"},
	{Name: "Accept-Language", Value: "en-GB,en;q=0.9"},
	{Name: "User-Agent", Value: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"},
	{Name: "X-Amzn-Apigateway-Api-Id", Value: "abcdef1234"},
	{Name: "X-Amzn-Trace-Id", Value: "Root=1-5759e988-bd862e3fe1be46a994272793"},
	{Name: "X-Forwarded-For", Value: "127.0.0.1"},
}

func BenchmarkDo(b *testing.B) {
	for _, size := range []int{100, 1024, 100 << 10} {
		b.Run(fmt.Sprintf("ours/%d", size), func(b *testing.B) {
			e := endpoint(b, client(b, Options{}), benchServer(b, size))
			req := &Request{Method: "GET", Target: []byte("/pets/1?x=y"), Header: benchHeader}
			var resp Response
			b.ReportAllocs()
			for b.Loop() {
				if err := e.Do(req, &resp, time.Now().Add(29*time.Second)); err != nil {
					b.Fatal(err)
				}
			}
			if len(resp.Body) != size {
				b.Fatal(len(resp.Body))
			}
		})
		// The bare client as a simple proxy uses it; with a timeout, as a gateway has to.
		for _, timeout := range []time.Duration{0, 29 * time.Second} {
			b.Run(fmt.Sprintf("HostClient timeout %v/%d", timeout, size), func(b *testing.B) {
				ln := benchServer(b, size)
				hc := &fasthttp.HostClient{
					Addr: ln.Addr().String(), NoDefaultUserAgentHeader: true, DisableHeaderNamesNormalizing: true,
					MaxResponseBodySize: 10485760, ReadTimeout: timeout, WriteTimeout: timeout,
				}
				defer hc.CloseIdleConnections()
				req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
				req.Header.DisableNormalizing()
				req.SetRequestURI("http://" + ln.Addr().String() + "/pets/1?x=y")
				b.ReportAllocs()
				for b.Loop() {
					for i := range benchHeader { // a proxy copies them for each request
						req.Header.Set(benchHeader[i].Name, benchHeader[i].Value)
					}
					if err := hc.Do(req, resp); err != nil {
						b.Fatal(err)
					}
				}
				if len(resp.Body()) != size {
					b.Fatal(len(resp.Body()))
				}
			})
		}
	}
}

// BenchmarkQuiet is what a look at an idle connection costs as a system call of
// its own (the way of TLS and of large bodies).
func BenchmarkQuiet(b *testing.B) {
	ln := benchServer(b, 1)
	nc, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer nc.Close()
	b.ReportAllocs()
	for b.Loop() {
		if !peekQuiet(nc) {
			b.Fatal("not quiet")
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	req := &Request{Method: "GET", Target: []byte("/pets/1?x=y"), Header: benchHeader}
	b.ReportAllocs()
	for b.Loop() {
		if err := req.encode("127.0.0.1:8080"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseHead(b *testing.B) {
	head := []byte("HTTP/1.1 200 OK\r\nServer: bench\r\nDate: Tue, 24 Nov 2026 12:00:00 GMT\r\nContent-Type: application/json\r\nETag: \"abc\"\r\nCache-Control: no-cache\r\nContent-Length: 10\r\n\r\n")
	var resp Response
	in := input{c: &conn{options: &Options{MaxFields: 512}}, resp: &resp}
	b.ReportAllocs()
	for b.Loop() {
		if end, _ := headEnd(head, 0); end != len(head) {
			b.Fatal(end)
		}
		if err := in.parseHead(head); err != nil {
			b.Fatal(err)
		}
	}
}
