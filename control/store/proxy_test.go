package store

import (
	"bytes"
	"io"
	"net"
	neturl "net/url"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy stands before a PostgreSQL server and cuts connections in a commit.
type proxy struct {
	url     string
	target  string
	arrives bool         // the server gets the commit, only its answer is lost
	cut     atomic.Int32 // how many commits are cut
	refuse  atomic.Bool  // no connection is made after a cut
	wg      sync.WaitGroup
}

func startProxy(t *testing.T, url string, arrives bool) *proxy {
	t.Helper()
	u, err := neturl.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{target: u.Host, arrives: arrives}
	u.Host = l.Addr().String()
	p.url = u.String()
	t.Cleanup(func() {
		l.Close()
		p.wg.Wait()
	})
	p.wg.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			p.wg.Go(func() { p.serve(client) })
		}
	})
	return p
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	if p.refuse.Load() && p.cut.Load() <= 0 {
		return
	}
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	var lost atomic.Bool
	p.wg.Go(func() {
		buffer := make([]byte, 64<<10)
		for {
			n, err := server.Read(buffer)
			if err != nil || lost.Load() {
				client.Close()
				return
			}
			if _, err := client.Write(buffer[:n]); err != nil {
				return
			}
		}
	})
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		if bytes.Contains(buffer[:n], []byte("\x0bcommit\x00")) && p.cut.Add(-1) >= 0 {
			if !p.arrives {
				return
			}
			lost.Store(true)
			if _, err := server.Write(buffer[:n]); err == nil {
				_, _ = io.Copy(io.Discard, client) // until the answer closes it
			}
			return
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}
