package metrics

import "github.com/prometheus/client_golang/prometheus"

// FleetFigures are about the counters that nodes share.
type FleetFigures struct {
	Fallback      bool   // this node goes by its share of the limits
	Nodes         int64  // that share them
	Calls         uint64 // round trips of requests
	Failures      uint64 // of these, those without an answer in time
	CacheFailures uint64 // times that the shared response cache failed
}

var (
	fleetFallbackDesc = prometheus.NewDesc("sluice_fleet_fallback",
		"1 while Redis does not answer and this node goes by its share of the limits, else 0.", nil, nil)
	fleetNodesDesc = prometheus.NewDesc("sluice_fleet_nodes",
		"Nodes that share limits, when Redis was last asked.", nil, nil)
	fleetCallsDesc = prometheus.NewDesc("sluice_fleet_calls_total",
		"Round trips to Redis that requests took for their limits.", nil, nil)
	fleetFailuresDesc = prometheus.NewDesc("sluice_fleet_failures_total",
		"Round trips to Redis for limits that brought no answer in time.", nil, nil)
	fleetCacheFailuresDesc = prometheus.NewDesc("sluice_fleet_cache_failures_total",
		"Times that the response cache in Redis failed, refused, or held what is no entry.", nil, nil)
)

// fleet shows its figures to a scrape.
type fleet struct{ read func() FleetFigures }

// Describe implements prometheus.Collector.
func (fleet) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{fleetFallbackDesc, fleetNodesDesc, fleetCallsDesc, fleetFailuresDesc, fleetCacheFailuresDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (f fleet) Collect(ch chan<- prometheus.Metric) {
	s := f.read()
	fallback := 0.0
	if s.Fallback {
		fallback = 1
	}
	ch <- prometheus.MustNewConstMetric(fleetFallbackDesc, prometheus.GaugeValue, fallback)
	ch <- prometheus.MustNewConstMetric(fleetNodesDesc, prometheus.GaugeValue, float64(s.Nodes))
	ch <- prometheus.MustNewConstMetric(fleetCallsDesc, prometheus.CounterValue, float64(s.Calls))
	ch <- prometheus.MustNewConstMetric(fleetFailuresDesc, prometheus.CounterValue, float64(s.Failures))
	ch <- prometheus.MustNewConstMetric(fleetCacheFailuresDesc, prometheus.CounterValue, float64(s.CacheFailures))
}
