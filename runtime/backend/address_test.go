package backend

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"testing"
	"time"
)

func TestParseAddress(t *testing.T) {
	for _, tc := range []struct{ scheme, hostport, host, dial string }{
		{"http", "example.com", "example.com", "example.com:80"},
		{"https", "example.com", "example.com", "example.com:443"},
		{"https", "Example.com:8443", "Example.com", "Example.com:8443"},
		{"http", "example.com:", "example.com", "example.com:80"},
		{"http", "127.0.0.1:080", "127.0.0.1", "127.0.0.1:80"},
		{"http", "my_service:8080", "my_service", "my_service:8080"},
		{"http", "example.com.", "example.com.", "example.com.:80"},
		{"http", "[::1]", "::1", "[::1]:80"},
		{"https", "[2001:db8::1]:8443", "2001:db8::1", "[2001:db8::1]:8443"},
		{"http", "[::ffff:127.0.0.1]:81", "::ffff:127.0.0.1", "[::ffff:127.0.0.1]:81"},
	} {
		a, err := parseAddress(tc.scheme, tc.hostport)
		if err != nil || a.host != tc.host || a.dial != tc.dial || a.authority != tc.hostport {
			t.Errorf("%s %s: %+v %v", tc.scheme, tc.hostport, a, err)
		}
	}
	for _, hostport := range []string{
		"", ":80", "a:b", "a:0", "a:65536", "a:99999999999999999999", "a:-1", "a:+1", "a:80:80", "::1", "[::1", "[::1]80",
		"[::1]x:80", "[]", "[127.0.0.1]", "[a]", "[fe80::1%eth0]", "a b", "a/b", "a?b", "a#b", "user@a", "user:pw@a:80",
		"a\r\nb", "a\x00", "a%41", "caf\u00e9.example", "a..b", ".a", "..", "a,b", "*",
		string(make([]byte, 300)), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b",
	} {
		if a, err := parseAddress("http", hostport); err == nil || kindOf(t, err) != KindAddress {
			t.Errorf("%q: %+v %v", hostport, a, err)
		}
	}
	for _, scheme := range []string{"", "HTTP", "ftp", "http:", "h2c"} {
		if _, err := parseAddress(scheme, "a"); err == nil {
			t.Errorf("scheme %q taken", scheme)
		}
	}
}

func TestDialErrors(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	for hostport, want := range map[string]Kind{
		ln.Addr().String():            KindConnect,
		"no-such-host.invalid:80":     KindAddress,
		"999.999.999.999:80":          KindAddress,
		"a.very.long.invalid.invalid": KindAddress,
	} {
		e, err := client(t, Options{}).Endpoint("http", hostport, false)
		if err != nil {
			t.Fatal(err)
		}
		var resp Response
		if err := e.Do(get(), &resp, soon()); kindOf(t, err) != want {
			t.Errorf("%s: kind %d: %v", hostport, kindOf(t, err), err)
		}
		if e.open != 0 {
			t.Errorf("%s: %d open", hostport, e.open)
		}
	}
}

// TestDialTimeout: no address can be counted on to swallow connection attempts,
// so this is about what the errors of one would mean.
func TestDialTimeout(t *testing.T) {
	cause := &net.OpError{Op: "dial", Err: fmt.Errorf("late")}
	if got := kindOf(t, dialError(cause, time.Now())); got != KindTimeout {
		t.Errorf("past the deadline: %d", got)
	}
	if got := kindOf(t, dialError(cause, soon())); got != KindConnect {
		t.Errorf("past the dial timeout: %d", got)
	}
	slow := &net.OpError{Op: "dial", Err: &net.DNSError{IsTimeout: true}}
	if got := kindOf(t, dialError(slow, time.Now())); got != KindTimeout {
		t.Errorf("slow name server: %d", got)
	}
}

func TestIPv6(t *testing.T) {
	ln, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 here:", err)
	}
	defer ln.Close()
	host := make(chan string, 1)
	go func() {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		head, _, _ := readRequest(bufio.NewReader(c))
		host <- head
		io.WriteString(c, hello)
	}()
	var resp Response
	if err := endpoint(t, client(t, Options{}), ln).Do(get(), &resp, soon()); err != nil {
		t.Fatal(err)
	}
	if want := "GET / HTTP/1.1\r\nHost: " + ln.Addr().String() + "\r\nContent-Length: 0\r\n\r\n"; <-host != want {
		t.Errorf("want %q", want)
	}
}

func TestEndpointTable(t *testing.T) {
	c := client(t, Options{MaxEndpoints: 3})
	get := func(i int) *Endpoint {
		e, err := c.Endpoint("http", fmt.Sprintf("127.0.0.1:%d", 1000+i), false)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	first := get(0)
	for i := range 3 {
		get(i).used.Store(int64(i + 1))
	}
	if get(0) != first {
		t.Error("another handle for the same backend")
	}
	insecure, _ := c.Endpoint("http", "127.0.0.1:1000", true)
	if insecure == first || get(0) == first {
		t.Error("the oldest was not forgotten, or verification is not part of the key")
	}
	for i := range 100 {
		get(i)
	}
	if len(c.endpoints) != 3 {
		t.Errorf("%d endpoints", len(c.endpoints))
	}
	n := testing.AllocsPerRun(100, func() { get2(c) })
	if n != 0 {
		t.Errorf("%v allocations for a known backend", n)
	}
}

func get2(c *Client) { c.Endpoint("http", "127.0.0.1:1099", false) }
