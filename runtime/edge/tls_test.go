package edge

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// TestTLS: requests are judged alike through TLS, and the handler sees that there is TLS.
func TestTLS(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(func(q *Request, a *Answer) {
		if !q.Secure() || q.TLS() == nil {
			t.Error("the handler sees no TLS")
		}
		echo(q, a)
	}, Options{OnRefuse: answerRefusal, HeaderTimeout: 600 * time.Millisecond, WriteTimeout: 100 * time.Millisecond})
	done := make(chan error)
	go func() {
		done <- s.Serve(tls.NewListener(ln, &tls.Config{
			Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
		}))
	}()
	for request, want := range map[string]int{
		"GET / HTTP/1.1\r\nHost: h\r\n\r\n":                                                             200,
		"GET /" + strings.Repeat("a", 50000) + " HTTP/1.1\r\nHost: h\r\n\r\n":                           414,
		"GET / HTTP/1.1\r\nHost: h\r\nA: " + strings.Repeat("a", 50000) + "\r\n\r\n":                    431,
		"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20000000\r\n\r\n" + strings.Repeat("x", 5000000): 413,
		"GET / HTTP/1.1\r\nHost: h\r\nA:":                                                               408,
	} {
		c, err := tls.Dial("tcp", ln.Addr().String(), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		go io.WriteString(c, request)
		r := bufio.NewReader(c)
		if resp, _ := readAnswer(t, r); resp.StatusCode != want {
			t.Errorf("%.40q: %d, want %d", request, resp.StatusCode, want)
		}
		for i := 0; want == 200 && i < 4; i++ {
			time.Sleep(200 * time.Millisecond) // lets the deadlines of earlier requests pass
			io.WriteString(c, request)
			if resp, body := readAnswer(t, r); resp.StatusCode != 200 {
				t.Fatal(resp.StatusCode, body)
			}
		}
		c.Close()
	}
	if err := s.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
