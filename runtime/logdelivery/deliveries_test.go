package logdelivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/runtime/awsservice"
)

func newLog(r *records) *slog.Logger { return slog.New(slog.NewTextHandler(r, nil)) }

// TestWhere tells where destinations are delivered to.
func TestWhere(t *testing.T) {
	s := startService(t)
	env := func(name, value string) func(string) string {
		return func(n string) string {
			if n == name {
				return value
			}
			return ""
		}
	}
	dir := t.TempDir()
	for _, c := range []struct {
		name      string
		endpoints map[string]string
		env       func(string) string
		dir       string
		access    kind // kinds: nowhere
		stream    kind
	}{
		{"nothing", nil, nil, "", kinds, kinds},
		{"files", nil, nil, dir, toFile, toFile},
		{"logs", map[string]string{"logs": s.URL}, nil, dir, toLogs, toFile},
		{"the SDKs' name", map[string]string{"cloudwatch_logs": s.URL}, nil, dir, toLogs, toFile},
		{"firehose", map[string]string{"firehose": s.URL}, nil, "", kinds, toFirehose},
		{"all services", map[string]string{"*": s.URL}, nil, dir, toLogs, toFirehose},
		{"another service", map[string]string{"sqs": s.URL}, nil, "", kinds, kinds},
		{"environment", nil, env("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", s.URL), dir, toLogs, toFile},
		{"environment", nil, env("AWS_ENDPOINT_URL_FIREHOSE", s.URL), "", kinds, toFirehose},
		{"environment, all services", nil, env("AWS_ENDPOINT_URL", s.URL), dir, toLogs, toFirehose},
		{"no URL", nil, env("AWS_ENDPOINT_URL", "localhost"), dir, kinds, kinds},
	} {
		d := newDeliveries(t, Options{Endpoints: c.endpoints, Env: c.env, Dir: c.dir})
		for _, got := range []struct {
			d    *Delivery
			want kind
		}{{d.Access(accessGroup), c.access}, {d.Access(stream), c.stream}, {d.Execution("us-east-1", "a", "dev"), c.access}, {d.Access("arn:aws:s3:::x"), kinds}} {
			k := kinds
			if got.d != nil {
				k = got.d.target.kind()
			}
			if k != got.want {
				t.Errorf("%s: delivered to %d, want %d", c.name, k, got.want)
			}
		}
	}
}

func TestNewErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{Dir: file}); err == nil {
		t.Error("a file was taken for a directory")
	}
	if _, err := New(Options{Endpoints: map[string]string{"logs": "nowhere"}}); err == nil {
		t.Error("an endpoint that is none was taken")
	}
}

// TestSurround moves the endpoints while a stage holds a delivery.
func TestSurround(t *testing.T) {
	one, two := startService(t), startService(t)
	d := newDeliveries(t, Options{Endpoints: one.endpoints()})
	old := d.Access(accessGroup)
	if err := d.Surround(one.endpoints()); err != nil || d.Access(accessGroup) != old {
		t.Errorf("the same endpoints make another delivery (%v)", err)
	}
	if err := d.Surround(map[string]string{"logs": "nowhere"}); err == nil || d.Access(accessGroup) != old {
		t.Errorf("an endpoint that is none was taken (%v)", err)
	}
	if err := d.Surround(two.endpoints()); err != nil {
		t.Fatal(err)
	}
	next := d.Access(accessGroup)
	old.Log([]byte("old"))
	next.Log([]byte("new"))
	if lost := d.Close(); lost != 0 {
		t.Errorf("lost %d", lost)
	}
	if got := fmt.Sprint(one.messages(t, "access"), two.messages(t, "access")); got != "[old] [new]" {
		t.Error(got)
	}
	goruntime.KeepAlive(old)
}

// TestOrder logs from many goroutines to several destinations: all lines arrive, and
// each writer's in its order.
func TestOrder(t *testing.T) {
	s := startService(t)
	d := newDeliveries(t, Options{Endpoints: s.endpoints()})
	const writers, each = 8, 3000
	group, firehose := d.Access(accessGroup), d.Access(stream)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				line := fmt.Appendf(nil, "%d %d %s", w, i, strings.Repeat("x", i%200))
				group.Log(line)
				firehose.Log(line)
			}
		})
	}
	wg.Wait()
	if lost := d.Close(); lost != 0 {
		t.Fatalf("lost %d", lost)
	}
	s.mu.Lock()
	data := s.data["amazon-apigateway-x"]
	s.mu.Unlock()
	for what, got := range map[string][]string{"group": s.messages(t, "access"), "stream": data} {
		var next [writers]int
		for _, line := range got {
			var w, i int
			if _, err := fmt.Sscanf(line, "%d %d", &w, &i); err != nil || i != next[w] {
				t.Fatalf("%s: %q follows line %d", what, line, next[w]-1)
			}
			next[w]++
		}
		for w, n := range next {
			if n != each {
				t.Errorf("%s: %d lines of writer %d", what, n, w)
			}
		}
	}
}

// TestOutage ends the service, and begins it again at its address.
func TestOutage(t *testing.T) {
	s := startService(t)
	address := s.Listener.Addr().String()
	var log records
	d := newDeliveries(t, Options{Endpoints: s.endpoints(), Log: newLog(&log)})
	group, firehose := d.Access(accessGroup), d.Access(stream)
	group.Log([]byte("before"))
	waitFor(t, "first line", func() bool { return len(s.messages(t, "access")) == 1 })
	s.Close()
	logAll(group, numbered(0, 100))
	logAll(firehose, numbered(0, 100))
	waitFor(t, "failures", func() bool { return d.Figures()[toLogs].Failures > 2 && d.Figures()[toFirehose].Failures > 2 })
	logAll(group, numbered(100, 200))
	if n := log.count("logs do not reach their destination"); n != 2 {
		t.Errorf("logged %d times: %s", n, log.String())
	}
	ln, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	again := &http.Server{Handler: s}
	go again.Serve(ln)
	defer again.Close()
	if lost := d.Close(); lost != 0 {
		t.Errorf("lost %d", lost)
	}
	if got, want := s.messages(t, "access"), append([]string{"before"}, numbered(0, 200)...); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if n := len(s.data["amazon-apigateway-x"]); n != 100 {
		t.Errorf("%d records", n)
	}
	if n := log.count("logs reach their destination again"); n != 2 {
		t.Errorf("logged %d times: %s", n, log.String())
	}
}

// TestGivesUp stops repeating calls after a time.
func TestGivesUp(t *testing.T) {
	s := startService(t)
	s.setRefuse(func(call, int) (int, string) { return 500, "" })
	d := newDeliveries(t, Options{Endpoints: s.endpoints(), RetryTime: time.Nanosecond})
	logAll(d.Access(stream), numbered(0, 3))
	waitFor(t, "drop", func() bool { return d.Figures()[toFirehose].Dropped == 3 })
}

// TestFullQueue has a destination whose service hangs: its lines are dropped and
// reported, and those of others are not.
func TestFullQueue(t *testing.T) {
	s, hang := startService(t), make(chan struct{})
	s.setRefuse(func(c call, _ int) (int, string) {
		if c.service == "firehose" {
			<-hang
		}
		return 0, ""
	})
	var log records
	d := newDeliveries(t, Options{Endpoints: s.endpoints(), QueueSize: 256 << 10, MemorySize: 192 << 10, Log: newLog(&log)})
	stuck := d.Access(stream)
	line := []byte(strings.Repeat("x", 999))
	const lines = 2000
	for range lines {
		stuck.Log(line)
	}
	dropped := d.Figures()[toFirehose].Dropped
	if dropped == 0 || dropped > lines-100 {
		t.Errorf("%d dropped", dropped)
	}
	if n := d.waiting.Load(); n > 192<<10 {
		t.Errorf("%d bytes wait", n)
	}
	d.Access(accessGroup).Log([]byte("through"))
	waitFor(t, "a line of another destination", func() bool { return len(s.messages(t, "access")) == 1 })
	waitFor(t, "report", func() bool {
		return log.count("log lines dropped") > 0 && log.count(`destinations="[delivery stream amazon-apigateway-x]"`) > 0
	})
	close(hang)
	if lost := d.Close(); lost != 0 {
		t.Errorf("lost %d", lost)
	}
	if n := uint64(len(s.data["amazon-apigateway-x"])); n+dropped != lines {
		t.Errorf("%d arrived and %d were dropped of %d", n, dropped, lines)
	}
	if n := d.waiting.Load(); n != 0 {
		t.Errorf("%d bytes still count as waiting", n)
	}
	stuck.Log(line)
	if n := d.Figures()[toFirehose].Dropped; n != dropped+1 {
		t.Error("a line after Close was not dropped")
	}
}

// TestCloseGivesUp closes while a service hangs.
func TestCloseGivesUp(t *testing.T) {
	s, hang := startService(t), make(chan struct{})
	defer close(hang)
	s.setRefuse(func(call, int) (int, string) { <-hang; return 0, "" })
	d := newDeliveries(t, Options{Endpoints: s.endpoints(), CloseTimeout: time.Millisecond})
	a := d.Access(stream)
	logAll(a, numbered(0, 700))
	waitFor(t, "call", func() bool { return len(s.seen()) > 0 })
	if lost := d.Close(); lost != 700 {
		t.Errorf("lost %d", lost)
	}
	goruntime.KeepAlive(a)
}

// TestForgets drops a delivery that nobody holds any more, not one that has lines.
func TestForgets(t *testing.T) {
	s := startService(t)
	d := newDeliveries(t, Options{Endpoints: s.endpoints(), MaxDestinations: 2})
	held := d.Access(accessGroup)
	dropped := d.Access(stream)
	if d.Execution("us-east-1", "a", "dev") != nil {
		t.Error("more destinations than the most")
	}
	dropped.Log([]byte("x")) // the last that is heard of it
	waitFor(t, "forgetting", func() bool {
		goruntime.GC()
		return d.Execution("us-east-1", "a", "dev") != nil
	})
	if len(s.data["amazon-apigateway-x"]) != 1 {
		t.Error("forgotten with a line")
	}
	if d.Access(accessGroup) != held {
		t.Error("a delivery that is held was forgotten")
	}
	goruntime.KeepAlive(held)
}

// TestWithoutCredentials signs as test.
func TestWithoutCredentials(t *testing.T) {
	s := startService(t)
	var log records
	d := newDeliveries(t, Options{Endpoints: s.endpoints(), Log: newLog(&log), Chain: func(context.Context) (awsservice.Credentials, error) {
		return awsservice.Credentials{}, errors.New("none")
	}})
	d.Access(stream).Log([]byte("x"))
	if lost := d.Close(); lost != 0 {
		t.Fatalf("lost %d", lost)
	}
	if got := s.seen()[0].header.Get("Authorization"); !strings.Contains(got, "Credential=test/") {
		t.Error(got)
	}
	if log.count("signed as test") != 1 {
		t.Error(log.String())
	}
}
