package edge

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"testing"
)

// TestShutdown: idle connections are closed, requests under way are answered, and
// nobody waits longer than the context.
func TestShutdown(t *testing.T) {
	under, answer := make(chan struct{}), make(chan struct{})
	s := NewServer(func(q *Request, a *Answer) {
		if string(q.Path) == "/slow" {
			close(under)
			<-answer
		}
		a.SetBodyText("fine")
	}, Options{OnRefuse: answerRefusal})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()

	idle := dial(t, ln.Addr())
	io.WriteString(idle, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	idleReader := bufio.NewReader(idle)
	if resp, body := readAnswer(t, idleReader); body != "fine" || resp.Close {
		t.Fatalf("%q, close %v", body, resp.Close)
	}
	slow := dial(t, ln.Addr())
	io.WriteString(slow, "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
	<-under

	ended, cancel := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- s.Shutdown(ended) }()
	if rest, err := io.ReadAll(idleReader); err != nil || len(rest) > 0 {
		t.Errorf("idle: %q, %v", rest, err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	close(answer)
	if resp, body := readAnswer(t, bufio.NewReader(slow)); body != "fine" || !resp.Close {
		t.Errorf("slow: %q, close %v", body, resp.Close)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	cancel()
	if c, err := net.Dial("tcp", ln.Addr().String()); err == nil {
		t.Error("the listener is open")
		c.Close()
	}
}

// TestShutdownEndsWithItsContext: a request that takes longer is cut off.
func TestShutdownEndsWithItsContext(t *testing.T) {
	under, answer := make(chan struct{}), make(chan struct{})
	defer close(answer)
	s := NewServer(func(*Request, *Answer) {
		close(under)
		<-answer
	}, Options{OnRefuse: answerRefusal})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve(ln) //nolint:errcheck // ends with the listener
	c := dial(t, ln.Addr())
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	<-under
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Shutdown(ended); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("an answer came")
	}
}

// TestMaxConns: a connection too many is closed; others go on.
func TestMaxConns(t *testing.T) {
	addr := serve(t, Options{MaxConns: 1})
	first := dial(t, addr)
	io.WriteString(first, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	r := bufio.NewReader(first)
	readAnswer(t, r)
	second := dial(t, addr)
	if _, err := io.ReadAll(second); err != nil && !errors.Is(err, io.EOF) {
		t.Log(err) // a reset will do, too
	}
	io.WriteString(first, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	if resp, _ := readAnswer(t, r); resp.StatusCode != 200 {
		t.Error(resp.StatusCode)
	}
}
