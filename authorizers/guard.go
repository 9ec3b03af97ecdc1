package authorizers

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"sluice/authorizers/userpool"
	"sluice/lambda"
)

// Invoker calls the functions of Lambda authorizers; every lambda.Invoker is one.
type Invoker interface {
	Invoke(ctx context.Context, inv *lambda.Invocation) (*lambda.Result, error)
}

// Options are the settings of a Guard. The zero value of a field is its default.
type Options struct {
	Region    string // "us-east-1": what signatures must be made for
	AccountID string // "000000000000": of the APIs; callers of others are strangers
	// Invoker calls functions; nil: every Lambda authorizer is refused as one that
	// cannot be called.
	Invoker Invoker
	// InvokeTimeout bounds one call of an authorizer's function; 29 s.
	InvokeTimeout time.Duration
	// Credentials are the IAM callers that are known; nil: none.
	Credentials *Credentials
	// KeySets says where the keys of user pools are.
	KeySets userpool.Options
	// ResultBytes bounds the memory of cached results, 64 MiB; TokenBytes that of
	// verified tokens, 32 MiB.
	ResultBytes, TokenBytes uint64
	Log                     *slog.Logger // slog.Default()
}

const (
	defaultInvokeTimeout = 29 * time.Second // as an integration's (believed)
	defaultResultBytes   = 64 << 20
	defaultTokenBytes    = 32 << 20
)

// Guard is what the authorizers of all stages share. It is safe for concurrent use.
type Guard struct {
	options Options
	results *results
	tokens  *userpool.Verifier
	open    sync.Map // region -> *Method of all that everybody may call
}

// New makes a Guard.
func New(o Options) *Guard {
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.AccountID == "" {
		o.AccountID = "000000000000"
	}
	if o.InvokeTimeout <= 0 {
		o.InvokeTimeout = defaultInvokeTimeout
	}
	if o.Credentials == nil {
		o.Credentials = new(Credentials)
	}
	if o.ResultBytes == 0 {
		o.ResultBytes = defaultResultBytes
	}
	if o.TokenBytes == 0 {
		o.TokenBytes = defaultTokenBytes
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.KeySets.Log == nil {
		o.KeySets.Log = o.Log
	}
	return &Guard{
		options: o,
		results: newResults(o.ResultBytes),
		tokens:  userpool.NewVerifier(o.KeySets, o.TokenBytes),
	}
}

// Flush forgets the results of every authorizer of a stage (DELETE
// .../stages/{stage}/cache/authorizers). Invocations in flight answer their
// clients and are not remembered.
func (g *Guard) Flush(apiID, stage string) { g.results.flush(apiID, stage) }

// Forget drops what is remembered of a stage that was withdrawn. Authorizers that were
// compiled for it stay usable.
func (g *Guard) Forget(apiID, stage string) { g.results.forget(stageID{apiID, stage}) }

// SetKeySets replaces where the keys of user pools are, see userpool.Options.
// Authorizers that were compiled before keep the key sets that they have.
func (g *Guard) SetKeySets(sources map[string]string, endpoint string) {
	g.tokens.SetSources(sources, endpoint)
}

// Close ends the fetching of key sets.
func (g *Guard) Close() { g.tokens.Close() }
