package metrics

import "github.com/prometheus/client_golang/prometheus"

// CacheFigures are what the response cache of a stage did.
type CacheFigures struct {
	API, Stage   string
	Hits, Misses uint64
	Bytes        uint64 // in this process, about
}

var (
	cacheLabels   = []string{"api", "stage"}
	cacheHitsDesc = prometheus.NewDesc("sluice_cache_hits_total",
		"Requests answered from the stage's response cache (the service's CacheHitCount).", cacheLabels, nil)
	cacheMissesDesc = prometheus.NewDesc("sluice_cache_misses_total",
		"Requests to cached methods that went to the backend (the service's CacheMissCount).", cacheLabels, nil)
	cacheBytesDesc = prometheus.NewDesc("sluice_cache_bytes",
		"About how much the stage's response cache holds in this process.", cacheLabels, nil)
)

// caches shows the figures of response caches to a scrape.
type caches struct{ m *Metrics }

// Caches sets where the figures of response caches are read from on a scrape.
func (m *Metrics) Caches(read func() []CacheFigures) { m.caches.Store(&read) }

// Describe implements prometheus.Collector.
func (caches) Describe(ch chan<- *prometheus.Desc) {
	ch <- cacheHitsDesc
	ch <- cacheMissesDesc
	ch <- cacheBytesDesc
}

// Collect implements prometheus.Collector.
func (c caches) Collect(ch chan<- prometheus.Metric) {
	read := c.m.caches.Load()
	if read == nil {
		return
	}
	for _, f := range (*read)() {
		values := []string{valid(f.API), valid(f.Stage)}
		ch <- prometheus.MustNewConstMetric(cacheHitsDesc, prometheus.CounterValue, float64(f.Hits), values...)
		ch <- prometheus.MustNewConstMetric(cacheMissesDesc, prometheus.CounterValue, float64(f.Misses), values...)
		ch <- prometheus.MustNewConstMetric(cacheBytesDesc, prometheus.GaugeValue, float64(f.Bytes), values...)
	}
}
