// Package redistest runs real Redis servers for tests. Without redis-server the
// tests that need it fail.
package redistest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Server is a Redis server on the loopback interface.
type Server struct {
	t    testing.TB
	Port int
	dir  string
	args []string
	cmd  *exec.Cmd
}

// Start starts a server with more configuration and waits until it answers. It is
// killed at the end of the test.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s := &Server{t: t, Port: freePort(t), dir: t.TempDir()}
	s.args = append([]string{
		"--port", strconv.Itoa(s.Port), "--bind", "127.0.0.1", "--dir", s.dir, "--save", "", "--appendonly", "no", "--loglevel", "warning",
	}, args...)
	if slices.Contains(args, "--cluster-enabled") { // else 10000 higher, which may be no port
		s.args = append(s.args, "--cluster-port", strconv.Itoa(freePort(t)))
	}
	t.Cleanup(s.Kill)
	s.Start()
	return s
}

// StartSentinel starts a sentinel that watches a server as mymaster.
func StartSentinel(t testing.TB, master *Server) *Server {
	t.Helper()
	s := &Server{t: t, Port: freePort(t), dir: t.TempDir()}
	file := filepath.Join(s.dir, "sentinel.conf")
	config := fmt.Sprintf("port %d\nbind 127.0.0.1\ndir %s\nsentinel monitor mymaster 127.0.0.1 %d 1\n", s.Port, s.dir, master.Port)
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	s.args = []string{file, "--sentinel"}
	t.Cleanup(s.Kill)
	s.Start()
	return s
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// Address is where the server listens.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port)) }

// URL is the server's address as a URL.
func (s *Server) URL() string { return "redis://" + s.Address() }

// Start starts a server that was killed; it has forgotten everything.
func (s *Server) Start() {
	s.t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		s.t.Fatal("this test needs redis-server, of the Debian package with that name: ", err)
	}
	s.cmd = exec.Command(path, s.args...)
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	client := redis.NewClient(&redis.Options{Addr: s.Address(), MaxRetries: -1})
	defer client.Close()
	deadline := time.Now().Add(20 * time.Second)
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for {
		err := client.Ping(context.Background()).Err()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatal("redis-server does not answer: ", err)
		}
		<-poll.C
	}
}

// Kill ends the server at once.
func (s *Server) Kill() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// Stop lets the server stand still: it takes connections and answers nothing.
func (s *Server) Stop() { s.signal(stop) }

// Continue ends a Stop.
func (s *Server) Continue() { s.signal(cont) }

func (s *Server) signal(sig os.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// Do sends a command to the server.
func (s *Server) Do(args ...any) *redis.Cmd {
	client := redis.NewClient(&redis.Options{Addr: s.Address(), MaxRetries: -1})
	defer client.Close()
	return client.Do(context.Background(), args...)
}
