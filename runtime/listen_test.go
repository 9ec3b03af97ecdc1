package runtime

import (
	"context"
	"net"
	"testing"
)

// TestServeAfterShutdown: a gateway that was shut down before its Serve began does
// not serve, and the listener is closed.
func TestServeAfterShutdown(t *testing.T) {
	g, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	for name, serve := range map[string]func(net.Listener) error{"apis": g.Serve, "admin": g.ServeAdmin} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if err := serve(ln); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := ln.Accept(); err == nil {
			t.Errorf("%s: the listener is open", name)
		}
	}
}
