package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

var labelNames = []string{"api", "stage", "resource", "method"}

var (
	requestsDesc = prometheus.NewDesc("sluice_requests_total",
		"Requests answered (the service's Count).", labelNames, nil)
	clientErrorsDesc = prometheus.NewDesc("sluice_client_errors_total",
		"Requests answered with a 4xx status (the service's 4XXError).", labelNames, nil)
	serverErrorsDesc = prometheus.NewDesc("sluice_server_errors_total",
		"Requests answered with a 5xx status (the service's 5XXError).", labelNames, nil)
	latencyDesc = prometheus.NewDesc("sluice_request_duration_seconds",
		"Time from the request to the end of its answer (the service's Latency).", labelNames, nil)
	integrationDesc = prometheus.NewDesc("sluice_integration_duration_seconds",
		"Time from calling the backend to the end of its answer (the service's IntegrationLatency).", labelNames, nil)
)

// requests shows the figures of all methods to a scrape.
type requests struct{ m *Metrics }

// Describe implements prometheus.Collector.
func (r requests) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{requestsDesc, clientErrorsDesc, serverErrorsDesc, latencyDesc, integrationDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. Histograms of methods that were never
// called are left out: a large API would fill a scrape with nothing.
func (r requests) Collect(ch chan<- prometheus.Metric) {
	r.m.mu.RLock()
	handles := make([]*MethodMetrics, 0, len(r.m.methods)+1)
	handles = append(handles, r.m.unknown)
	for _, h := range r.m.methods {
		handles = append(handles, h)
	}
	r.m.mu.RUnlock()
	for _, h := range handles {
		h.collect(ch)
	}
}

func (h *MethodMetrics) collect(ch chan<- prometheus.Metric) {
	values := []string{h.labels.api, h.labels.stage, h.labels.resource, h.labels.method}
	// Errors first: a request is counted before its error is, so that there are
	// never more errors than requests.
	var clientErrors, serverErrors uint64
	shards := h.all()
	for i := range shards {
		clientErrors += shards[i].clientErrors.Load()
		serverErrors += shards[i].serverErrors.Load()
	}
	integration := h.total(func(s *Shard) *histogram { return &s.integration })
	latency := h.total(func(s *Shard) *histogram { return &s.latency })

	ch <- prometheus.MustNewConstMetric(requestsDesc, prometheus.CounterValue, float64(latency.count), values...)
	ch <- prometheus.MustNewConstMetric(clientErrorsDesc, prometheus.CounterValue, float64(clientErrors), values...)
	ch <- prometheus.MustNewConstMetric(serverErrorsDesc, prometheus.CounterValue, float64(serverErrors), values...)
	if latency.count > 0 {
		ch <- prometheus.MustNewConstHistogram(latencyDesc, latency.count, latency.seconds, latency.buckets, values...)
	}
	if integration.count > 0 {
		ch <- prometheus.MustNewConstHistogram(integrationDesc, integration.count, integration.seconds, integration.buckets, values...)
	}
}

// total is a histogram summed over the shards, as Prometheus wants it: each
// bucket holds all that lies below its bound.
type total struct {
	count   uint64
	seconds float64
	buckets map[float64]uint64
}

func (h *MethodMetrics) total(of func(*Shard) *histogram) total {
	var sums [len(bounds) + 1]uint64
	var nanoseconds int64
	shards := h.all()
	for i := range shards {
		g := of(&shards[i])
		nanoseconds += g.nanoseconds.Load()
		for b := range g.buckets {
			sums[b] += g.buckets[b].Load()
		}
	}
	t := total{seconds: time.Duration(nanoseconds).Seconds(), buckets: make(map[float64]uint64, len(bounds))}
	for b, bound := range bounds {
		t.count += sums[b]
		t.buckets[bound.Seconds()] = t.count
	}
	t.count += sums[len(bounds)]
	return t
}
