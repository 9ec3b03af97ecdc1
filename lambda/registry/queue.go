package registry

import (
	"context"
	"log/slog"
	"strings"
	"sync"

	"github.com/google/uuid"

	"sluice/lambda"
)

const (
	// maxQueued bounds the asynchronous invocations of one function that wait.
	maxQueued = 1000
	// maxQueuedBytes bounds their payloads.
	maxQueuedBytes = 64 << 20
)

// queue invokes a local function asynchronously. A failed invocation is logged
// and not repeated: the service's two retries, minutes later, are of no use here.
type queue struct {
	lambda.Invoker
	log *slog.Logger

	mu      sync.Mutex
	waiting int
	bytes   int
	closed  bool
	ending  context.Context
	end     context.CancelFunc
	running sync.WaitGroup
}

func newQueue(f lambda.Invoker, log *slog.Logger) *queue {
	q := &queue{Invoker: f, log: log}
	q.ending, q.end = context.WithCancel(context.Background())
	return q
}

// Invoke calls the function, or has it called for an asynchronous invocation.
func (q *queue) Invoke(ctx context.Context, inv *lambda.Invocation) (*lambda.Result, error) {
	if !inv.Async {
		return q.Invoker.Invoke(ctx, inv)
	}
	if err := inv.CheckSize(); err != nil {
		return nil, err
	}
	own := *inv
	own.Async = false
	own.Payload = append([]byte(nil), inv.Payload...)
	own.RequestID, own.TraceID = strings.Clone(inv.RequestID), strings.Clone(inv.TraceID)
	if own.RequestID == "" {
		own.RequestID = uuid.NewString()
	}
	q.mu.Lock()
	switch {
	case q.closed:
		q.mu.Unlock()
		return nil, lambda.Closed(inv.Function)
	case q.waiting >= maxQueued || q.bytes+len(own.Payload) > maxQueuedBytes:
		q.mu.Unlock()
		return nil, lambda.Throttled(inv.Function)
	}
	q.waiting++
	q.bytes += len(own.Payload)
	q.running.Add(1)
	q.mu.Unlock()
	go q.call(&own)
	return &lambda.Result{RequestID: own.RequestID, ExecutedVersion: lambda.Latest, StatusCode: 202}, nil
}

func (q *queue) call(inv *lambda.Invocation) {
	defer q.running.Done()
	r, err := q.Invoker.Invoke(q.ending, inv)
	q.mu.Lock()
	q.waiting--
	q.bytes -= len(inv.Payload)
	q.mu.Unlock()
	switch {
	case err != nil:
		q.log.Error("asynchronous invocation failed", "function", inv.Function.Name, "requestId", inv.RequestID, "error", err)
	case r.FunctionError != "":
		q.log.Error("asynchronous invocation failed", "function", inv.Function.Name, "requestId", inv.RequestID,
			"error", string(r.Payload[:min(len(r.Payload), 4096)]))
	}
}

// idle tells whether nothing waits.
func (q *queue) idle() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting == 0
}

// Close ends the function and what waits for it.
func (q *queue) Close() error {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.end()
	err := q.Invoker.Close()
	q.running.Wait()
	return err
}
