package e2e

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisServer is a real Redis that keeps nothing over restarts.
type redisServer struct {
	*process
	t       *testing.T
	address string
	url     string
}

// startRedis starts a Redis on a free port.
func startRedis(t *testing.T) *redisServer {
	t.Helper()
	address := freeAddress(t)
	r := &redisServer{t: t, address: address, url: "redis://" + address}
	r.start()
	return r
}

// start starts the server, for the first time or after kill, and returns when it
// takes connections.
func (r *redisServer) start() time.Time {
	r.t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		r.t.Fatal("this test needs redis-server, of the Debian package with that name: ", err)
	}
	_, port, _ := strings.Cut(r.address, ":")
	r.process = launch(r.t, r.t.TempDir(), nil, path, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no")
	r.line(r.stdout, 0, `Ready to accept connections`)
	return time.Now()
}

// kill ends the server, which forgets everything.
func (r *redisServer) kill() {
	r.t.Helper()
	r.signal(syscall.SIGKILL)
	<-r.done
}

// client looks into the server.
func (r *redisServer) client() *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: r.address})
	r.t.Cleanup(func() { c.Close() })
	return c
}
