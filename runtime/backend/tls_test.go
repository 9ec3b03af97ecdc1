package backend

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// certificate makes a self-signed certificate for localhost.
func certificate(t *testing.T, name string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, pool
}

func tlsEndpoint(t *testing.T, c *Client, ln net.Listener, insecure bool) *Endpoint {
	t.Helper()
	e, err := c.Endpoint("https", ln.Addr().String(), insecure)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestTLS(t *testing.T) {
	cert, pool := certificate(t, "localhost")
	clientCert, clientPool := certificate(t, "client")
	subjects := make(chan string, 1)
	config := &tls.Config{
		Certificates: []tls.Certificate{cert}, ClientCAs: clientPool, ClientAuth: tls.VerifyClientCertIfGiven,
		NextProtos: []string{"h2", "http/1.1"},
	}
	ln := listen(t, func(c net.Conn, _ *bufio.Reader, _ int) {
		tc := tls.Server(c, config)
		r := bufio.NewReader(tc)
		for {
			_, body, err := readRequest(r)
			if err != nil {
				return
			}
			state := tc.ConnectionState()
			if state.NegotiatedProtocol != "http/1.1" {
				t.Errorf("protocol %q", state.NegotiatedProtocol)
			}
			subject := ""
			if len(state.PeerCertificates) > 0 {
				subject = state.PeerCertificates[0].Subject.CommonName
			}
			subjects <- subject
			io.WriteString(tc, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
			_ = body
		}
	})
	for _, tc := range []struct {
		name     string
		o        Options
		insecure bool
		want     Kind
		subject  string
	}{
		{"unknown authority", Options{}, false, KindConnect, ""},
		{"insecure", Options{}, true, 0, ""},
		{"trusted", Options{TLS: &tls.Config{RootCAs: pool}}, false, 0, ""},
		{"client certificate", Options{TLS: &tls.Config{RootCAs: pool}, Certificate: &clientCert}, false, 0, "client"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := tlsEndpoint(t, client(t, tc.o), ln, tc.insecure)
			before := ln.accepted()
			for _, size := range []int{0, 100, 1 << 20} {
				var resp Response
				err := e.Do(&Request{Method: "POST", Target: []byte("/"), Body: make([]byte, size)}, &resp, soon())
				if kindOf(t, err) != tc.want {
					t.Fatal(err)
				}
				if err != nil {
					return
				}
				if got := <-subjects; got != tc.subject || string(resp.Body) != "abc" {
					t.Errorf("client certificate %q, body %q", got, resp.Body)
				}
			}
			if n := ln.accepted() - before; n != 1 {
				t.Errorf("%d connections", n)
			}
		})
	}
}

// TestTLSLeftover: bytes behind an answer, in its own record or in one that was
// read with it, close the connection.
func TestTLSLeftover(t *testing.T) {
	cert, _ := certificate(t, "localhost")
	body := strings.Repeat("x", 2*headRoom)
	for name, writes := range map[string][]string{
		"in one record":   {"HTTP/1.1 200 OK\r\nContent-Length: 16384\r\n\r\n" + body + "evil"},
		"in the next":     {"HTTP/1.1 200 OK\r\nContent-Length: 16384\r\n\r\n" + body, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"},
		"small":           {hello + "e"},
		"small, the next": {hello, "evil"},
	} {
		t.Run(name, func(t *testing.T) {
			wrote := make(chan bool, 4)
			ln := listen(t, func(c net.Conn, _ *bufio.Reader, number int) {
				tc := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}})
				r := bufio.NewReader(tc)
				for {
					if _, _, err := readRequest(r); err != nil {
						return
					}
					if number > 0 {
						io.WriteString(tc, hello)
						continue
					}
					for _, s := range writes {
						io.WriteString(tc, s)
					}
					wrote <- true
				}
			})
			e := tlsEndpoint(t, client(t, Options{}), ln, true)
			var resp Response
			if err := e.Do(get(), &resp, soon()); err != nil {
				t.Fatal(err)
			}
			<-wrote
			e.mu.Lock()
			if len(e.idle) > 0 {
				for c := e.idle[0]; c.quiet(); {
				}
			}
			e.mu.Unlock()
			if err := e.Do(get(), &resp, soon()); err != nil || string(resp.Body) != "hello" || ln.accepted() != 2 {
				t.Errorf("%v, %.20q, %d connections", err, resp.Body, ln.accepted())
			}
		})
	}
}

func TestTLSFailures(t *testing.T) {
	for name, serve := range map[string]func(c net.Conn, r *bufio.Reader){
		"plain HTTP":   func(c net.Conn, _ *bufio.Reader) { io.WriteString(c, "HTTP/1.1 400 Bad\r\n\r\n") },
		"closes":       func(net.Conn, *bufio.Reader) {},
		"closes later": func(_ net.Conn, r *bufio.Reader) { r.ReadByte() },
	} {
		ln := listen(t, func(c net.Conn, r *bufio.Reader, _ int) { serve(c, r) })
		var resp Response
		err := tlsEndpoint(t, client(t, Options{}), ln, true).Do(get(), &resp, soon())
		if kindOf(t, err) != KindConnect {
			t.Errorf("%s: %v", name, err)
		}
	}
	done := make(chan bool)
	defer close(done)
	ln := listen(t, func(net.Conn, *bufio.Reader, int) { <-done })
	var resp Response
	begin := time.Now()
	err := tlsEndpoint(t, client(t, Options{}), ln, true).Do(get(), &resp, begin.Add(100*time.Millisecond))
	if kindOf(t, err) != KindTimeout || time.Since(begin) > 15*time.Second {
		t.Errorf("silent handshake: %v after %v", err, time.Since(begin))
	}
	err = tlsEndpoint(t, client(t, Options{DialTimeout: 50 * time.Millisecond}), ln, true).Do(get(), &resp, soon())
	if kindOf(t, err) != KindConnect {
		t.Errorf("silent handshake over the dial timeout: %v", err)
	}
}
