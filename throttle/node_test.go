package throttle

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"sluice/throttle/fleet"
	"sluice/throttle/ledger"
	"sluice/throttle/ledger/sqlite"
)

// nodeOptions say what a node process of a test is to be.
type nodeOptions struct {
	Redis  string
	Ledger string
	Lease  int
	Rate   float64 // of the key in its plan
	Burst  int64
	Quota  int64 // a day; 0: none
}

// nodeState is what a node tells of itself.
type nodeState struct {
	Healthy bool
	Nodes   int64
	Calls   uint64
}

const nodeVariable = "SLUICE_TEST_NODE"

// TestMain is also the entrance of the processes that the tests start.
func TestMain(m *testing.M) {
	if o := os.Getenv(nodeVariable); o != "" {
		if err := serveNode(o); err != nil {
			fmt.Fprintln(os.Stderr, "node:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serveNode meters requests over HTTP until its standard input ends.
func serveNode(text string) error {
	var o nodeOptions
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx := context.Background()
	options := Options{Lease: o.Lease}
	if o.Redis != "" {
		client, err := fleet.Open(fleet.Options{URL: o.Redis, Wait: 3 * time.Second})
		if err != nil {
			return err
		}
		if err := client.Probe(ctx); err != nil {
			return err
		}
		go client.Run(ctx)
		options.Fleet = client
	}
	if o.Ledger != "" {
		store, err := sqlite.Open(ctx, o.Ledger)
		if err != nil {
			return err
		}
		options.Ledger = store
	}
	l := New(options)
	plan := planOf("p", "k")
	plan.Throttle = throttleOf(o.Rate, o.Burst)
	if o.Quota > 0 {
		plan.Quota = &Quota{Limit: o.Quota, Period: ledger.Daily}
	}
	if err := l.Apply(ctx, Config{Account: throttleOf(1e6, 1e6), Keys: []Key{key("k")}, Plans: []Plan{plan}}); err != nil {
		return err
	}
	go l.Run(ctx)
	m := l.Stage("a", "prod").Method("/pets", "GET")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // the test is over, or was killed
		os.Exit(0)
	}()
	fmt.Println(listener.Addr())
	return fasthttp.Serve(listener, func(c *fasthttp.RequestCtx) {
		if string(c.Path()) == "/state" {
			s := nodeState{Calls: 0}
			if options.Fleet != nil {
				f := options.Fleet.Stats()
				s = nodeState{f.Healthy, f.Nodes, f.Calls}
			}
			_ = json.NewEncoder(c).Encode(s)
			return
		}
		switch l.Check(m, valueOf("k"), time.Now()).Outcome {
		case Allowed:
		case Throttled, QuotaExceeded:
			c.SetStatusCode(429)
		default:
			c.SetStatusCode(500)
		}
	})
}

// node is a node process.
type node struct {
	t       testing.TB
	cmd     *exec.Cmd
	address string
}

func startNode(t testing.TB, o nodeOptions) *node {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{t: t, cmd: exec.Command(os.Args[0])}
	n.cmd.Env = append(os.Environ(), nodeVariable+"="+string(text))
	n.cmd.Stderr = os.Stderr
	stdin, err := n.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := n.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		n.kill()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal("node did not start: ", err)
	}
	n.address = strings.TrimSpace(line)
	return n
}

// kill is kill -9.
func (n *node) kill() {
	_ = n.cmd.Process.Kill()
	_ = n.cmd.Wait()
}

func (n *node) state() nodeState {
	n.t.Helper()
	_, body, err := fasthttp.Get(nil, "http://"+n.address+"/state")
	if err != nil {
		n.t.Fatal(err)
	}
	var s nodeState
	if err := json.Unmarshal(body, &s); err != nil {
		n.t.Fatal(err)
	}
	return s
}

// await polls until a condition holds, and says how long that took.
func await(t testing.TB, what string, most time.Duration, ok func() bool) time.Duration {
	t.Helper()
	start := time.Now()
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for !ok() {
		if time.Since(start) > most {
			t.Fatalf("%s: not within %v", what, most)
		}
		<-poll.C
	}
	return time.Since(start)
}

// load is clients that send to nodes as fast as they are answered.
type load struct {
	wg      sync.WaitGroup
	stop    atomic.Bool
	allowed atomic.Int64
	refused atomic.Int64
	other   atomic.Int64 // neither 200 nor 429
	start   time.Time
	ended   time.Duration
}

func startLoad(clients int, nodes ...*node) *load {
	l := &load{start: time.Now()}
	for i := range clients {
		l.wg.Go(func() {
			c := &fasthttp.HostClient{Addr: nodes[i%len(nodes)].address, MaxIdemponentCallAttempts: 1}
			req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
			req.SetRequestURI("http://" + c.Addr + "/")
			for !l.stop.Load() {
				switch err := c.Do(req, resp); {
				case err != nil:
					l.other.Add(1)
					return
				case resp.StatusCode() == 200:
					l.allowed.Add(1)
				case resp.StatusCode() == 429:
					l.refused.Add(1)
				default:
					l.other.Add(1)
				}
			}
		})
	}
	return l
}

func (l *load) end() {
	l.stop.Store(true)
	l.wg.Wait()
	l.ended = time.Since(l.start)
}
