// Package metrics counts and times requests and shows the figures to Prometheus.
//
// What flows in: observations through handles that were resolved when a stage was
// compiled. What flows out: the answer to a scrape (Metrics.Handler). The set per
// method is the real service's own: Count, 4XXError, 5XXError, Latency and
// IntegrationLatency, under names that are usual with Prometheus.
//
// It never takes a lock on the way of a request, never lets a client choose a
// label, and uses no global registry.
package metrics
