package metrics

import (
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Options are the settings of Metrics.
type Options struct {
	Version  string // of the program
	Revision string // of its source
	// AccessLogDropped is read on a scrape; nil is always 0.
	AccessLogDropped func() uint64
	// Fleet is read on a scrape; nil is a node of its own, which shows no such figures.
	Fleet func() FleetFigures
	// LogDelivery is read on a scrape; nil shows no such figures.
	LogDelivery func() []LogFigures
}

// Metrics is a set of figures with its own registry.
type Metrics struct {
	registry *prometheus.Registry
	inFlight *sharded
	reloads  [2]atomic.Uint64 // failed, succeeded
	caches   atomic.Pointer[func() []CacheFigures]

	mu      sync.RWMutex
	methods map[labels]*MethodMetrics
	unknown *MethodMetrics // requests that reached no stage
}

// New makes a set.
func New(o Options) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		inFlight: newSharded(),
		methods:  map[labels]*MethodMetrics{},
	}
	m.unknown = newMethodMetrics(labels{none, none, none, none})
	dropped := o.AccessLogDropped
	if dropped == nil {
		dropped = func() uint64 { return 0 }
	}
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		requests{m},
		caches{m},
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "sluice_requests_in_flight",
			Help: "Requests being worked on.",
		}, func() float64 { return float64(m.inFlight.sum()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "sluice_access_log_dropped_lines_total",
			Help: "Access-log lines dropped because they came faster than they could be written.",
		}, func() float64 { return float64(dropped()) }),
		m.reloadCounter("failure", &m.reloads[0]),
		m.reloadCounter("success", &m.reloads[1]),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name:        "sluice_build_info",
			Help:        "Always 1; the labels tell what runs.",
			ConstLabels: prometheus.Labels{"version": o.Version, "revision": o.Revision, "goversion": runtime.Version()},
		}, func() float64 { return 1 }),
	)
	if o.Fleet != nil {
		m.registry.MustRegister(fleet{o.Fleet})
	}
	if o.LogDelivery != nil {
		m.registry.MustRegister(logDelivery{o.LogDelivery})
	}
	return m
}

func (m *Metrics) reloadCounter(result string, n *atomic.Uint64) prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name:        "sluice_reloads_total",
		Help:        "Attempts to load a changed definition, by result.",
		ConstLabels: prometheus.Labels{"result": result},
	}, func() float64 { return float64(n.Load()) })
}

// Method returns the handle of a method, the same one for the same labels.
// resource is the path template. It is meant for compile time: it takes a lock.
func (m *Metrics) Method(api, stage, resource, method string) *MethodMetrics {
	// Prometheus panics on labels that are not UTF-8.
	key := labels{valid(api), valid(stage), valid(resource), valid(method)}
	m.mu.Lock()
	defer m.mu.Unlock()
	h, ok := m.methods[key]
	if !ok {
		h = newMethodMetrics(key)
		m.methods[key] = h
	}
	return h
}

func valid(label string) string { return strings.ToValidUTF8(label, "\ufffd") }

// Unrouted returns the handle for requests that reached a stage but no method of
// it. With "" for both it is the one for requests that reached no stage, which is
// never dropped.
func (m *Metrics) Unrouted(api, stage string) *MethodMetrics {
	if api == "" && stage == "" {
		return m.unknown
	}
	return m.Method(api, stage, none, none)
}

// Detached returns a handle that no scrape shows.
func (m *Metrics) Detached() *MethodMetrics {
	return newMethodMetrics(labels{none, none, none, none})
}

// Swap shows the series of next and drops those of old that are not among them, for
// a stage that takes the place of another: both are the handles of all its methods
// and its Unrouted one. Requests in flight may go on using a dropped handle.
func (m *Metrics) Swap(old, next []*MethodMetrics) {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := make(map[labels]bool, len(next))
	for _, h := range next {
		if h == nil || h == m.unknown {
			continue
		}
		kept[h.labels] = true
		// A second handle of the same labels can only come from a compilation that
		// overlapped a Swap; two series of the same labels would spoil the scrape.
		if m.methods[h.labels] == nil {
			m.methods[h.labels] = h
		}
	}
	for _, h := range old {
		if h != nil && !kept[h.labels] && m.methods[h.labels] == h {
			delete(m.methods, h.labels)
		}
	}
}

// RequestStarted begins a request in flight.
func (m *Metrics) RequestStarted() { m.inFlight.add(1) }

// RequestDone ends what RequestStarted began.
func (m *Metrics) RequestDone() { m.inFlight.add(-1) }

// Reloaded notes an attempt to load a changed definition.
func (m *Metrics) Reloaded(ok bool) {
	if ok {
		m.reloads[1].Add(1)
	} else {
		m.reloads[0].Add(1)
	}
}

// Handler answers a scrape, in the text or the OpenMetrics format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		EnableOpenMetrics: true,
		Registry:          m.registry,
	})
}
