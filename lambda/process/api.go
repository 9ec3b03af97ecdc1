package process

import (
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"sluice/lambda"
)

const (
	base       = "/2018-06-01/runtime/"
	nextPath   = base + "invocation/next"
	initPath   = base + "init/error"
	invocation = base + "invocation/"
)

// api is the Runtime API for one process.
type api struct {
	child *child
	host  string

	mu      sync.Mutex
	asked   bool  // the process has asked for an event
	current *task // delivered and not answered
	broken  []byte
}

func newAPI(c *child, host string) *api { return &api{child: c, host: host} }

// fault is the payload of init/error.
func (a *api) fault() []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.broken
}

// ServeHTTP answers the process.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// The port can be reached by whatever runs on this machine: pages in a browser,
	// by a name that resolves to the loopback address, are kept out.
	if r.Host != a.host || r.Header.Get("Origin") != "" {
		refuse(w, http.StatusForbidden, "AccessDenied", "Forbidden")
		return
	}
	path := r.URL.Path
	switch {
	case path == nextPath:
		if method(w, r, http.MethodGet) {
			a.next(w, r)
		}
	case path == initPath:
		if method(w, r, http.MethodPost) {
			a.initError(w, r)
		}
	case strings.HasPrefix(path, invocation):
		id, verb, _ := strings.Cut(path[len(invocation):], "/")
		if verb != "response" && verb != "error" {
			refuse(w, http.StatusNotFound, "NotFound", "Unknown path")
			return
		}
		if method(w, r, http.MethodPost) {
			a.answer(w, r, id, verb == "error")
		}
	default:
		refuse(w, http.StatusNotFound, "NotFound", "Unknown path")
	}
}

func method(w http.ResponseWriter, r *http.Request, want string) bool {
	if r.Method == want {
		return true
	}
	refuse(w, http.StatusMethodNotAllowed, "MethodNotAllowed", "Method not allowed")
	return false
}

// refuse answers with the API's error shape.
func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	b := append([]byte(nil), `{"errorMessage":`...)
	b = lambda.AppendJSONString(b, message)
	b = append(b, `,"errorType":`...)
	b = lambda.AppendJSONString(b, kind)
	_, _ = w.Write(append(b, '}'))
}

func accept(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"status":"OK"}`)
}

// next waits for an event and hands it over.
func (a *api) next(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	busy := a.current != nil
	if !a.asked {
		a.asked = true
		close(a.child.ready)
	}
	a.mu.Unlock()
	if busy {
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "The current event has not been answered")
		return
	}
	var t *task
	select {
	case t = <-a.child.events:
	case <-r.Context().Done():
		return
	case <-a.child.exited:
		return
	}
	a.mu.Lock()
	a.current = t
	a.mu.Unlock()
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Lambda-Runtime-Aws-Request-Id", t.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(a.child.fn.limit).UnixMilli(), 10))
	arn := a.child.fn.arn
	if t.ref.Qualifier != "" {
		arn += ":" + t.ref.Qualifier
	}
	h.Set("Lambda-Runtime-Invoked-Function-Arn", arn)
	if t.trace != "" {
		h.Set("Lambda-Runtime-Trace-Id", t.trace)
	}
	h.Set("Content-Length", strconv.Itoa(len(t.event)))
	_, _ = w.Write(t.event)
}

// take ends the current event, if it is the one with that id.
func (a *api) take(id string) *task {
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.current
	if t == nil || t.id != id {
		return nil
	}
	a.current = nil
	return t
}

// answer takes the response or the error of an event.
func (a *api) answer(w http.ResponseWriter, r *http.Request, id string, failed bool) {
	t := a.take(id)
	if t == nil {
		refuse(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
		return
	}
	body, err := payload(w, r)
	switch {
	case errors.Is(err, errTooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge",
			"Exceeded maximum allowed payload size ("+strconv.Itoa(lambda.MaxAnswer)+" bytes).")
		t.answered <- lambda.AnswerTooLarge(t.id)
		return
	case err != nil:
		// The connection broke; the answer is lost.
		t.answered <- lambda.Fault{
			Type: "Runtime.TruncatedResponse", Message: "The response was not transmitted completely",
		}.Result(t.id)
		return
	case r.Header.Get("Lambda-Runtime-Function-Response-Mode") == "streaming":
		refuse(w, http.StatusBadRequest, "InvalidFunctionResponseMode", "Response streaming is not supported")
		t.answered <- lambda.Fault{
			Type: "Runtime.InvalidFunctionResponseMode", Message: "Response streaming is not supported",
		}.Result(t.id)
		return
	}
	result := &lambda.Result{
		Payload: body, RequestID: t.id, ExecutedVersion: lambda.Latest, StatusCode: http.StatusOK,
	}
	if failed {
		result = &lambda.Result{
			Payload: faultOf(r, body), FunctionError: lambda.Unhandled, RequestID: t.id,
			ExecutedVersion: lambda.Latest, StatusCode: http.StatusOK,
		}
	}
	accept(w)
	t.answered <- result
}

// initError takes the report of a process that cannot start.
func (a *api) initError(w http.ResponseWriter, r *http.Request) {
	body, err := payload(w, r)
	if err != nil {
		body = nil
	}
	a.mu.Lock()
	late := a.asked || a.broken != nil
	if !late {
		a.broken = faultOf(r, body)
	}
	a.mu.Unlock()
	if late {
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "The runtime has been initialized")
		return
	}
	accept(w)
	close(a.child.failed)
}

// faultOf is the payload for a reported error: the body, or what the header says
// when the body is no JSON.
func faultOf(r *http.Request, body []byte) []byte {
	if len(body) > 0 && json.Valid(body) {
		return body
	}
	kind := r.Header.Get("Lambda-Runtime-Function-Error-Type")
	if kind == "" {
		kind = "Runtime.Unknown"
	}
	return lambda.Fault{Type: kind, Message: string(body)}.Result("").Payload
}

var errTooLarge = errors.New("the payload is too large")

// payload reads a body of at most MaxAnswer bytes.
func payload(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > lambda.MaxAnswer {
		return nil, errTooLarge
	}
	body := make([]byte, 0, max(r.ContentLength, 512)+1)
	limited := http.MaxBytesReader(w, r.Body, lambda.MaxAnswer)
	for {
		n, err := limited.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		var tooLarge *http.MaxBytesError
		switch {
		case errors.Is(err, io.EOF):
			return body, nil
		case errors.As(err, &tooLarge):
			return nil, errTooLarge
		case err != nil:
			return nil, err
		}
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
	}
}

// discard is the log for what a process does wrong in HTTP.
func discard() *log.Logger { return log.New(io.Discard, "", 0) }
