package e2e

import (
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisServer is a real Redis that keeps no data over restarts.
type redisServer struct {
	*process
	t       *testing.T
	address string
	url     string
	dir     string
	args    []string
}

// startRedis starts a Redis on a free port, with more arguments.
func startRedis(t *testing.T, args ...string) *redisServer {
	t.Helper()
	return startRedisAt(t, freeAddress(t), args...)
}

func startRedisAt(t *testing.T, address string, args ...string) *redisServer {
	t.Helper()
	r := &redisServer{t: t, address: address, url: "redis://" + address, dir: t.TempDir()}
	r.args = append([]string{"--port", r.port(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"}, args...)
	r.start()
	return r
}

func (r *redisServer) port() string {
	_, port, _ := strings.Cut(r.address, ":")
	return port
}

// redisProgram is where one of Redis's programs is.
func redisProgram(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal("this test needs "+name+", of the Debian package redis-server: ", err)
	}
	return path
}

// start starts the server, for the first time or after kill, and returns when it
// takes connections.
func (r *redisServer) start() time.Time {
	r.t.Helper()
	r.process = launch(r.t, r.dir, nil, redisProgram(r.t, "redis-server"), r.args...)
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

// info is a line of the server's INFO.
func (r *redisServer) info(t *testing.T, c *redis.Client, name string) string {
	t.Helper()
	text, err := c.Info(t.Context()).Result()
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(text, "\r\n"+name+":")
	value, _, _ := strings.Cut(rest, "\r\n")
	return value
}

// startSentinel starts a sentinel that watches a server as mymaster, and gives it
// up soon.
func startSentinel(t *testing.T, master *redisServer) (url string) {
	t.Helper()
	address := freeAddress(t)
	host, port, _ := net.SplitHostPort(address)
	dir := t.TempDir()
	file := filepath.Join(dir, "sentinel.conf")
	rewrite(t, file, fmt.Sprintf(`port %s
bind %s
dir %s
sentinel monitor mymaster 127.0.0.1 %s 1
sentinel down-after-milliseconds mymaster 300
sentinel failover-timeout mymaster 3000
`, port, host, dir, master.port()))
	p := launch(t, dir, nil, redisProgram(t, "redis-server"), file, "--sentinel")
	p.line(p.stdout, 0, `\+monitor master mymaster`)
	return "redis+sentinel://" + address + "/mymaster"
}

// startCluster starts a cluster of three masters.
func startCluster(t *testing.T) (url string, nodes []*redisServer) {
	t.Helper()
	addresses := make([]string, 3)
	for i := range addresses {
		addresses[i] = clusterAddress(t)
		nodes = append(nodes, startRedisAt(t, addresses[i], "--cluster-enabled", "yes", "--cluster-node-timeout", "1000"))
	}
	create := launch(t, t.TempDir(), nil, redisProgram(t, "redis-cli"), append([]string{"--cluster", "create", "--cluster-yes"}, addresses...)...)
	if create.wait() != 0 || create.stdout.count(`All 16384 slots covered`) == 0 {
		t.Fatalf("the cluster was not created: %s%s", create.stdout, create.stderr)
	}
	for _, n := range nodes {
		c := n.client()
		eventually(t, "each node sees the cluster", func() bool {
			return n.ok(t, c)
		})
	}
	return "redis+cluster://" + strings.Join(addresses, ","), nodes
}

// ok says that the server sees a whole cluster.
func (r *redisServer) ok(t *testing.T, c *redis.Client) bool {
	t.Helper()
	text, err := c.ClusterInfo(t.Context()).Result()
	return err == nil && strings.Contains(text, "cluster_state:ok")
}

// clusterAddress is a free address whose port leaves room for that of the cluster's
// bus, which is 10000 higher.
func clusterAddress(t *testing.T) string {
	t.Helper()
	for {
		address := freeAddress(t)
		_, port, _ := net.SplitHostPort(address)
		n, err := strconv.Atoi(port)
		if err != nil || n > 55535 {
			continue
		}
		bus, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(n+10000)))
		if err != nil {
			continue
		}
		bus.Close()
		return address
	}
}
