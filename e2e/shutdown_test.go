package e2e

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
)

// slowBackend answers once it is released.
func slowBackend(t *testing.T) (address string, entered chan struct{}, release func()) {
	entered = make(chan struct{}, 100)
	released := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}
		<-released
		fmt.Fprintf(w, "slow %s", r.URL.Path)
	}))
	closed := false
	release = func() {
		if !closed {
			closed = true
			close(released)
		}
	}
	t.Cleanup(func() {
		release()
		s.Close()
	})
	return strings.TrimPrefix(s.URL, "http://"), entered, release
}

// TestDrain stops a server while requests are in flight: they are answered, new
// connections are refused, the log is complete and the exit code is 0.
func TestDrain(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			backend, entered, release := slowBackend(t)
			log := t.TempDir() + "/access.log"
			s := serve(t, "--var", "backend="+backend, "--access-log", log, "--access-log-format", "$context.requestId $context.path $context.status", "testdata/proxy.yaml")
			const inFlight = 5
			answers := make(chan answer, inFlight)
			for i := range inFlight {
				go func() {
					a, err := try(http.MethodGet, fmt.Sprintf("%s/dev/%d", s.url, i), "")
					if err != nil {
						a.body = err.Error()
					}
					answers <- a
				}()
			}
			for range inFlight {
				<-entered
			}
			s.signal(sig)
			eventually(t, "new connections are refused", func() bool {
				c, err := net.Dial("tcp", s.address)
				if err == nil {
					c.Close()
				}
				return err != nil
			})
			release()
			for range inFlight {
				if a := <-answers; a.status != http.StatusOK || !strings.HasPrefix(a.body, "slow /") {
					t.Errorf("a request in flight got %d %s", a.status, a.body)
				}
			}
			if code := s.wait(); code != 0 {
				t.Errorf("exit code %d, want 0", code)
			}
			if lines := strings.Count(read(t, log), " 200\n"); lines != inFlight {
				t.Errorf("the access log has %d lines, want %d:\n%s", lines, inFlight, read(t, log))
			}
		})
	}
}

// TestSecondSignal ends at once although a request is in flight.
func TestSecondSignal(t *testing.T) {
	backend, entered, _ := slowBackend(t)
	s := serve(t, "--var", "backend="+backend, "testdata/proxy.yaml")
	go try(http.MethodGet, s.url+"/dev/x", "") // is cut off
	<-entered
	s.signal(syscall.SIGTERM)
	s.line(s.stderr, 0, `msg=stopping`)
	s.signal(syscall.SIGTERM)
	if code := s.wait(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
}

// TestStopIdle stops a server that has idle connections.
func TestStopIdle(t *testing.T) {
	s := serve(t, "testdata/version.yaml")
	if a := get(t, s.url+"/dev/version"); a.status != http.StatusOK {
		t.Fatalf("the answer is %d %s", a.status, a.body)
	}
	s.signal(syscall.SIGTERM)
	if code := s.wait(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}
