package metrics

import "github.com/prometheus/client_golang/prometheus"

// LogFigures are about the log lines to one kind of destination.
type LogFigures struct {
	Kind      string // logs, firehose or file
	Delivered uint64 // lines
	Dropped   uint64 // lines
	Failures  uint64 // calls and writes that failed
}

var (
	logDeliveredDesc = prometheus.NewDesc("sluice_log_lines_delivered_total",
		"Lines of access and execution logs that reached the destination of their stage, by its kind.", []string{"kind"}, nil)
	logDroppedDesc = prometheus.NewDesc("sluice_log_lines_dropped_total",
		"Lines of access and execution logs that were dropped instead: too many waited, or they were refused.", []string{"kind"}, nil)
	logFailuresDesc = prometheus.NewDesc("sluice_log_delivery_failures_total",
		"Deliveries of log lines that failed, those that were repeated among them.", []string{"kind"}, nil)
)

// logDelivery shows its figures to a scrape.
type logDelivery struct{ read func() []LogFigures }

// Describe implements prometheus.Collector.
func (logDelivery) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{logDeliveredDesc, logDroppedDesc, logFailuresDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (l logDelivery) Collect(ch chan<- prometheus.Metric) {
	for _, f := range l.read() {
		ch <- prometheus.MustNewConstMetric(logDeliveredDesc, prometheus.CounterValue, float64(f.Delivered), f.Kind)
		ch <- prometheus.MustNewConstMetric(logDroppedDesc, prometheus.CounterValue, float64(f.Dropped), f.Kind)
		ch <- prometheus.MustNewConstMetric(logFailuresDesc, prometheus.CounterValue, float64(f.Failures), f.Kind)
	}
}
