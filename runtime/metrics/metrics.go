package metrics

import (
	"time"

	"github.com/valyala/fasthttp"
)

// Options are the settings of Metrics.
type Options struct {
	Version   string // build information
	Revision  string
	GoVersion string
	// AccessLogDropped is read on a scrape; nil is always 0.
	AccessLogDropped func() uint64
}

// Metrics is a set of figures with its own registry.
type Metrics struct{}

// New makes a set.
func New(o Options) *Metrics { panic("not built yet") }

// MethodMetrics are the figures of one method of one stage.
type MethodMetrics struct{}

// Method returns the handle of a method, the same one for the same labels.
// resource is the path template. It is meant for compile time: it takes a lock.
func (m *Metrics) Method(api, stage, resource, method string) *MethodMetrics { panic("not built yet") }

// Unrouted returns the handle for requests that reached a stage but no method of
// it. With "" for both it is the one for requests that reached no stage.
func (m *Metrics) Unrouted(api, stage string) *MethodMetrics { panic("not built yet") }

// Observe notes one finished request. integration is the time the backend took,
// negative when none was called.
func (h *MethodMetrics) Observe(status int, latency, integration time.Duration) {
	panic("not built yet")
}

// Retain drops every series that belongs to none of live, for Gateway.Replace.
// Requests in flight may go on using a dropped handle.
func (m *Metrics) Retain(live []*MethodMetrics) { panic("not built yet") }

// RequestStarted and RequestDone count the requests in flight.
func (m *Metrics) RequestStarted() { panic("not built yet") }

// RequestDone ends what RequestStarted began.
func (m *Metrics) RequestDone() { panic("not built yet") }

// Reloaded notes an attempt to load a changed definition.
func (m *Metrics) Reloaded(ok bool) { panic("not built yet") }

// Handler answers a scrape, in the text or the OpenMetrics format.
func (m *Metrics) Handler() fasthttp.RequestHandler { panic("not built yet") }
