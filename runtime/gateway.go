package runtime

import (
	"context"
	"log/slog"
	"net"

	"sluice/api"
)

// Options are the settings of a Gateway. The zero value of a field is its default.
type Options struct {
	Region    string // "us-east-1": the region in host names and ARNs
	AccountID string // "000000000000"
	Log       *slog.Logger
	AccessLog AccessLogger // nil: no access log
}

// AccessLogger takes one finished line (without the line end) a request. It must
// not block and must not keep line.
type AccessLogger interface{ Log(line []byte) }

// Deployment is what Compile makes a Stage of.
type Deployment struct {
	Stage    *api.Stage
	Snapshot *api.Snapshot
	Canary   *api.Snapshot // nil without a canary; may equal Snapshot
	// AccessLogFormat overrides Stage.AccessLogSettings.Format; "" leaves it.
	AccessLogFormat string
}

// Gateway serves a set of compiled stages.
type Gateway struct{}

// New makes a Gateway that serves nothing yet.
func New(o Options) *Gateway { panic("not built yet") }

// Compile decides everything about a stage that can be decided before a request
// arrives. Problems may be warnings only; the Stage is nil when any is fatal.
func (g *Gateway) Compile(d Deployment) (*Stage, api.Problems) { panic("not built yet") }

// Replace swaps in a whole new set of stages. Requests in flight finish on the
// stages they began with.
func (g *Gateway) Replace(stages []*Stage) { panic("not built yet") }

// Serve accepts connections from ln until Shutdown. It may be called for several listeners.
func (g *Gateway) Serve(ln net.Listener) error { panic("not built yet") }

// ServeAdmin serves only the admin paths (/_sluice/...) on ln. Once it was
// called, Serve's listeners no longer answer them.
func (g *Gateway) ServeAdmin(ln net.Listener) error { panic("not built yet") }

// Shutdown stops accepting, waits for requests in flight until ctx ends, and
// closes the connections to backends.
func (g *Gateway) Shutdown(ctx context.Context) error { panic("not built yet") }

// Stage is a compiled stage.
type Stage struct{}

// Route describes one compiled method for people (sluice routes).
type Route struct {
	Path          string `json:"path"`
	Method        string `json:"method"`
	Authorization string `json:"authorization"` // NONE, AWS_IAM, "CUSTOM name", ...
	KeyRequired   bool   `json:"apiKeyRequired"`
	Integration   string `json:"integration"` // type
	Target        string `json:"target"`      // method and URI of the backend; "" for MOCK
}

// Routes lists the stage's methods, by path and method.
func (s *Stage) Routes() []Route { panic("not built yet") }

// APIID and Name identify the stage.
func (s *Stage) APIID() string { panic("not built yet") }

// Name is the stage's name.
func (s *Stage) Name() string { panic("not built yet") }
