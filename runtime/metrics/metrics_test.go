package metrics

import (
	"bufio"
	"bytes"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

var update = flag.Bool("update", false, "write the golden files")

func TestSeries(t *testing.T) {
	m := New(Options{Fleet: func() FleetFigures {
		return FleetFigures{Fallback: true, Nodes: 3, Calls: 100, Failures: 2, CacheFailures: 1}
	}, LogDelivery: func() []LogFigures {
		return []LogFigures{{Kind: "logs", Delivered: 5, Dropped: 2, Failures: 1}, {Kind: "file"}}
	}})
	m.Caches(func() []CacheFigures {
		return []CacheFigures{{API: "pets", Stage: "dev", Hits: 7, Misses: 3, Bytes: 512}}
	})
	h := m.Method("pets", "dev", "/pets/{id}", "GET")
	h.Observe(200, 90*time.Microsecond, -1)
	h.Observe(404, 100*time.Microsecond, 50*time.Microsecond)
	h.Observe(504, 29*time.Second, 29*time.Second)
	h.Observe(500, 31*time.Second, 31*time.Second)
	m.Method("pets", "dev", "/pets", "POST")
	m.Unrouted("pets", "dev").Observe(403, time.Millisecond, -1)
	m.Unrouted("", "").Observe(403, time.Millisecond, -1)

	_, _, text := scrape(t, m, "")
	var got strings.Builder
	for line := range strings.Lines(text) {
		if strings.Contains(line, "api=") || strings.HasPrefix(line, "sluice_fleet_") || strings.HasPrefix(line, "sluice_log_") {
			got.WriteString(line)
		}
	}
	const golden = "testdata/series.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func TestBucket(t *testing.T) {
	for i, bound := range bounds {
		for d, want := range map[time.Duration]int{bound - 1: i, bound: i, bound + 1: i + 1} {
			if got := bucket(d); got != want {
				t.Errorf("%v in %d, want %d", d, got, want)
			}
		}
	}
	if bucket(-time.Hour) != 0 {
		t.Error("a clock that went back")
	}
}

func TestSwap(t *testing.T) {
	m := New(Options{})
	kept, gone := m.Method("a", "s", "/", "GET"), m.Method("a", "s", "/old", "GET")
	other := m.Method("b", "s", "/", "GET")
	kept.Observe(200, time.Millisecond, -1)
	m.Swap([]*MethodMetrics{kept, gone, m.Unrouted("", "")}, []*MethodMetrics{kept, nil, m.Unrouted("", ""), m.Method("a", "s", "/new", "GET")})
	gone.Observe(200, time.Millisecond, -1) // a request still in flight
	if got := series(t, m); got != `-/-/- - a/s// GET a/s//new GET b/s// GET ` {
		t.Errorf("got %q", got)
	}
	if m.Method("a", "s", "/", "GET") != kept {
		t.Error("a kept method got a new handle")
	}
	m.Swap([]*MethodMetrics{other}, nil)
	// A stage compiled before another was withdrawn comes back with its handles.
	m.Swap(nil, []*MethodMetrics{other})
	if m.Method("b", "s", "/", "GET") != other {
		t.Error("a handle that came back was not found")
	}
	// One handle wins when two have the same labels, and who lost takes nothing away.
	m.Swap([]*MethodMetrics{other}, nil)
	again := m.Method("b", "s", "/", "GET")
	if again == other {
		t.Error("a dropped handle was found again")
	}
	m.Swap(nil, []*MethodMetrics{other})
	m.Swap([]*MethodMetrics{other}, nil)
	if got := series(t, m); got != `-/-/- - a/s// GET a/s//new GET b/s// GET ` {
		t.Errorf("got %q", got)
	}
	m.Detached().Observe(200, time.Millisecond, -1)
	if got := series(t, m); got != `-/-/- - a/s// GET a/s//new GET b/s// GET ` {
		t.Errorf("a detached handle is shown: %q", got)
	}
}

// series lists the labels of sluice_requests_total.
func series(t *testing.T, m *Metrics) string {
	t.Helper()
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range families {
		if f.GetName() != "sluice_requests_total" {
			continue
		}
		for _, s := range f.GetMetric() {
			l := map[string]string{}
			for _, p := range s.GetLabel() {
				l[p.GetName()] = p.GetValue()
			}
			out = append(out, l["api"]+"/"+l["stage"]+"/"+l["resource"]+" "+l["method"]+" ")
		}
	}
	sort.Strings(out)
	return strings.Join(out, "")
}

func TestLabelsThatAreNotUTF8(t *testing.T) {
	m := New(Options{})
	m.Method("a", "s", "/\xff", "GET").Observe(200, time.Millisecond, -1)
	if got := series(t, m); got != "-/-/- - a/s//\ufffd GET " {
		t.Errorf("got %q", got)
	}
}

func TestObserveFromManyGoroutines(t *testing.T) {
	m := New(Options{})
	const goroutines, each = 8, 1000
	var wg sync.WaitGroup
	for i := range goroutines {
		wg.Go(func() {
			h := m.Method("a", "s", "/", "GET")
			for range each {
				m.RequestStarted()
				h.Observe(200+i%2*200, time.Millisecond, time.Microsecond)
				m.RequestDone()
			}
		})
	}
	stop := make(chan struct{})
	var scrapes sync.WaitGroup
	scrapes.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				if _, err := m.registry.Gather(); err != nil {
					t.Error(err)
				}
			}
		}
	})
	wg.Wait()
	close(stop)
	scrapes.Wait()
	got := m.Method("a", "s", "/", "GET").total(func(s *Shard) *histogram { return &s.latency })
	if got.count != goroutines*each || got.seconds != 8 {
		t.Errorf("%d requests, %v s", got.count, got.seconds)
	}
	if m.inFlight.sum() != 0 {
		t.Errorf("%d in flight", m.inFlight.sum())
	}
}

func TestHandler(t *testing.T) {
	dropped := uint64(7)
	m := New(Options{Version: "1.2.3", Revision: "abc", AccessLogDropped: func() uint64 { return dropped }})
	m.RequestStarted()
	m.Reloaded(true)
	m.Reloaded(true)
	m.Reloaded(false)
	m.Method("a", "s", `/odd"\path`, "GET").Observe(200, time.Millisecond, -1)
	for _, c := range []struct{ accept, contentType string }{
		{"", "text/plain; version=0.0.4"},
		{"application/openmetrics-text; version=1.0.0", "application/openmetrics-text; version=1.0.0"},
	} {
		contentType, lines, _ := scrape(t, m, c.accept)
		if !strings.HasPrefix(contentType, c.contentType) {
			t.Errorf("Accept %q: %q", c.accept, contentType)
		}
		for _, want := range []string{
			`sluice_requests_in_flight 1`,
			`sluice_access_log_dropped_lines_total 7`,
			`sluice_reloads_total{result="failure"} 1`,
			`sluice_reloads_total{result="success"} 2`,
			`sluice_requests_total{api="a",method="GET",resource="/odd\"\\path",stage="s"} 1`,
		} {
			name, value, _ := strings.Cut(want, "} ")
			if value == "" {
				name, value, _ = strings.Cut(want, " ")
			} else {
				name += "}"
			}
			if got := lines[name]; got != value && got != value+".0" {
				t.Errorf("Accept %q: %s is %q, want %s", c.accept, name, got, value)
			}
		}
		for _, prefix := range []string{"sluice_build_info{", "go_goroutines", "process_start_time_seconds"} {
			found := false
			for name := range lines {
				found = found || strings.HasPrefix(name, prefix)
			}
			if !found {
				t.Errorf("no %s", prefix)
			}
		}
	}
}

// scrape asks the handler over a real connection.
func scrape(t *testing.T, m *Metrics, accept string) (contentType string, lines map[string]string, text string) {
	t.Helper()
	server := httptest.NewServer(m.Handler())
	defer server.Close()
	req, err := http.NewRequest(http.MethodGet, server.URL+"/_sluice/metrics", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	lines = map[string]string{}
	for s := bufio.NewScanner(bytes.NewReader(body)); s.Scan(); {
		if i := strings.LastIndexByte(s.Text(), ' '); i > 0 && !strings.HasPrefix(s.Text(), "#") {
			lines[s.Text()[:i]] = s.Text()[i+1:]
		}
	}
	return resp.Header.Get("Content-Type"), lines, string(body)
}

func BenchmarkObserve(b *testing.B) {
	h := New(Options{}).Method("a", "s", "/", "GET")
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			h.Observe(200, 3*time.Millisecond, 2*time.Millisecond)
		}
	})
}

func BenchmarkObservePrometheus(b *testing.B) {
	seconds := make([]float64, len(bounds))
	for i, d := range bounds {
		seconds[i] = d.Seconds()
	}
	latency := prometheus.NewHistogram(prometheus.HistogramOpts{Buckets: seconds})
	integration := prometheus.NewHistogram(prometheus.HistogramOpts{Buckets: seconds})
	count := prometheus.NewCounter(prometheus.CounterOpts{})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			count.Inc()
			latency.Observe((3 * time.Millisecond).Seconds())
			integration.Observe((2 * time.Millisecond).Seconds())
		}
	})
}

func BenchmarkInFlight(b *testing.B) {
	m := New(Options{})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			m.RequestStarted()
			m.RequestDone()
		}
	})
}

func BenchmarkScrape1200Methods(b *testing.B) {
	m := New(Options{})
	for i := range 1200 {
		m.Method("a", "s", "/"+strconv.Itoa(i), "GET").Observe(200, time.Millisecond, time.Millisecond)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.registry.Gather(); err != nil {
			b.Fatal(err)
		}
	}
}
