package control

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"sluice/control/model"
	"sluice/control/store"
)

// Options are the settings of a Server.
type Options struct {
	Store         store.Store
	DataPlane     DataPlane
	Meter         Meter
	AccountID     string // "000000000000"
	DefaultRegion string // of calls without a signature; "us-east-1"
	// InvokeURL is where a stage is served, without a slash at the end: what SDKs call.
	// nil: at the service's own host name.
	InvokeURL    func(apiID, stage string) string
	Authenticate Authenticator // nil: any signature, and none, is accepted
	Log          *slog.Logger  // slog.Default()
	Now          func() time.Time
}

// Authenticator tells who made a request to a region, or refuses it with an *Error.
type Authenticator func(r *http.Request, region string, body []byte) (Caller, error)

// Server answers the operations of the control plane. It is an http.Handler.
type Server struct {
	options  Options
	log      *slog.Logger
	handlers map[string]handler
	served   atomic.Pointer[served]
}

// maxBody bounds a request: the largest definition is 6 MB (aws-facts: limits, 2).
const maxBody = 10 << 20

// New makes a Server.
func New(o Options) *Server {
	if o.AccountID == "" {
		o.AccountID = "000000000000"
	}
	if o.DefaultRegion == "" {
		o.DefaultRegion = "us-east-1"
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{options: o, log: o.Log, handlers: map[string]handler{}}
	s.served.Store(&served{})
	s.register()
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	// The service's own spelling, which http.Header.Set would change.
	h["x-amzn-RequestId"] = []string{uuid.NewString()}
	h["x-amz-apigw-id"] = []string{extendedRequestID()}
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("panic in an operation", "method", r.Method, "path", r.URL.EscapedPath(), "panic", p, "stack", string(debug.Stack()))
			writeError(w, internalFailure())
		}
	}()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			writeError(w, requestTooLarge())
			return
		}
		writeError(w, badRequest("The request could not be read."))
		return
	}
	out, status, err := s.answer(r, body)
	if err != nil {
		writeError(w, s.wireError(r, err))
		return
	}
	writeAnswer(w, status, out)
}

// answer finds the operation and has it answered.
func (s *Server) answer(r *http.Request, body []byte) (any, int, error) {
	caller := Caller{AccountID: s.options.AccountID, ARN: "arn:aws:iam::" + s.options.AccountID + ":root", UserID: s.options.AccountID}
	region := s.options.DefaultRegion
	if scope, signed := scopeOf(r); signed {
		region, caller.AccessKey = scope.region, scope.accessKey
	}
	if s.options.Authenticate != nil {
		var err error
		if caller, err = s.options.Authenticate(r, region, body); err != nil {
			return nil, 0, err
		}
	}
	caller.UserAgent = r.UserAgent()
	query := r.URL.Query()
	operation, path, mismatch := model.Match(r.Method, r.URL.EscapedPath(), query)
	if operation == nil {
		return nil, 0, mismatchError(mismatch)
	}
	if v := operation.Check(path, query, body); v != nil {
		return nil, 0, &Error{Type: v.Type, Status: 400, Message: v.Message}
	}
	c := &call{Server: s, ctx: r.Context(), operation: operation, region: region, caller: caller, path: path, query: query, header: r.Header, body: body}
	handle := s.handlers[operation.Name]
	if handle == nil {
		return nil, 0, badRequest("%s is not supported", operation.Name)
	}
	out, err := handle(c)
	return out, operation.Status, err
}

// wireError is what the client is told of an error.
func (s *Server) wireError(r *http.Request, err error) *Error {
	var known *Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, store.ErrConflict):
		return concurrentModification()
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return serviceUnavailable("The request was not completed in time.")
	}
	s.log.Error("an operation failed", "method", r.Method, "path", r.URL.EscapedPath(), "error", err)
	return internalFailure()
}

func writeAnswer(w http.ResponseWriter, status int, out any) {
	h := w.Header()
	switch out := out.(type) {
	case nil:
		h.Set("Content-Type", "application/json")
		w.WriteHeader(status)
	case *blob:
		h.Set("Content-Type", out.contentType)
		if out.disposition != "" {
			h.Set("Content-Disposition", out.disposition)
		}
		h.Set("Content-Length", strconv.Itoa(len(out.body)))
		w.WriteHeader(status)
		_, _ = w.Write(out.body)
	default:
		writeJSON(w, status, out)
	}
}

func writeError(w http.ResponseWriter, e *Error) {
	h := w.Header()
	h["x-amzn-ErrorType"] = []string{e.Type}
	if e.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(e.RetryAfter))
	}
	writeJSON(w, e.Status, struct {
		Message string `json:"message"`
	}{e.Message})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		http.Error(w, `{"message":"Internal failure"}`, http.StatusInternalServerError)
		return
	}
	text := strings.TrimSuffix(b.String(), "\n")
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}
