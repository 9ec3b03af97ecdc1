package logdelivery

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/runtime/awsservice"
)

const (
	accessGroup = "arn:aws:logs:eu-west-1:000000000000:log-group:access"
	stream      = "arn:aws:firehose:us-west-2:000000000000:deliverystream/amazon-apigateway-x"
)

// records are what was logged.
type records struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *records) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *records) count(s string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Count(r.text.String(), s)
}

func (r *records) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// waitFor waits for something another goroutine does, as long as the test may run.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("never happened: " + what)
		}
	}
}

// newDeliveries makes deliveries that are quick, silent and see no environment.
func newDeliveries(t testing.TB, o Options) *Deliveries {
	t.Helper()
	if o.Env == nil {
		o.Env = func(string) string { return "" }
	}
	if o.Chain == nil {
		o.Chain = func(context.Context) (awsservice.Credentials, error) {
			return awsservice.Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret"}, nil
		}
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.FlushInterval == 0 {
		o.FlushInterval = time.Millisecond
	}
	if o.RetryInterval == 0 {
		o.RetryInterval, o.RetryMost = time.Millisecond, 4*time.Millisecond
	}
	if o.CloseTimeout == 0 {
		o.CloseTimeout = time.Hour
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// call is a request that a service got.
type call struct {
	target, region, service string
	header                  http.Header
	path, body              string
}

func (c call) String() string { return c.target + " " + c.body }

// service speaks for CloudWatch Logs and Firehose.
type service struct {
	*httptest.Server
	mu     sync.Mutex
	calls  []call
	groups map[string]map[string][]event // by group and stream
	data   map[string][]string           // by delivery stream

	// refuse answers a call instead, when it returns a status.
	refuse func(c call, n int) (status int, body string)
}

type event struct {
	Timestamp int64
	Message   string
}

func startService(t testing.TB) *service {
	t.Helper()
	s := &service{groups: map[string]map[string][]event{}, data: map[string][]string{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *service) endpoints() map[string]string {
	return map[string]string{"logs": s.URL, "firehose": s.URL}
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	_, scope, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	parts := append(strings.Split(scope, "/"), "", "", "", "")
	c := call{target: r.Header.Get("X-Amz-Target"), region: parts[2], service: parts[3], header: r.Header, path: r.URL.Path, body: string(body)}
	s.mu.Lock()
	s.calls = append(s.calls, c)
	refuse, n := s.refuse, len(s.calls)
	s.mu.Unlock()
	if refuse != nil {
		if status, answer := refuse(c, n); status != 0 {
			w.WriteHeader(status)
			fmt.Fprint(w, answer)
			return
		}
	}
	status, answer := s.answer(c)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	fmt.Fprint(w, answer)
}

func (s *service) answer(c call) (status int, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var in struct {
		LogGroupName, LogStreamName, DeliveryStreamName string
		LogEvents                                       []event
		Records                                         []struct{ Data []byte }
	}
	if err := json.Unmarshal([]byte(c.body), &in); err != nil {
		return 400, `{"__type":"SerializationException"}`
	}
	const missing = `{"__type":"com.amazonaws.logs#ResourceNotFoundException","message":"The specified log group does not exist."}`
	group, ok := s.groups[in.LogGroupName]
	switch c.target {
	case "Logs_20140328.CreateLogGroup":
		if ok {
			return 400, `{"__type":"ResourceAlreadyExistsException"}`
		}
		s.groups[in.LogGroupName] = map[string][]event{}
	case "Logs_20140328.CreateLogStream":
		if !ok {
			return 400, missing
		}
		if _, ok := group[in.LogStreamName]; ok {
			return 400, `{"__type":"ResourceAlreadyExistsException"}`
		}
		group[in.LogStreamName] = []event{}
		return 200, ""
	case "Logs_20140328.PutLogEvents":
		events, ok := group[in.LogStreamName]
		if !ok {
			return 400, missing
		}
		group[in.LogStreamName] = append(events, in.LogEvents...)
		return 200, `{"nextSequenceToken":"1"}`
	case "Firehose_20150804.PutRecordBatch":
		for _, r := range in.Records {
			s.data[in.DeliveryStreamName] = append(s.data[in.DeliveryStreamName], string(r.Data))
		}
		return 200, `{"FailedPutCount":0,"RequestResponses":[]}`
	default:
		return 400, `{"__type":"UnknownOperationException"}`
	}
	return 200, ""
}

// messages are those of the one stream that a group has.
func (s *service) messages(t testing.TB, group string) (messages []string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.groups[group]) > 1 {
		t.Fatalf("%s has %d streams", group, len(s.groups[group]))
	}
	for _, events := range s.groups[group] {
		for _, e := range events {
			messages = append(messages, e.Message)
		}
	}
	return messages
}

func (s *service) seen() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]call(nil), s.calls...)
}

func (s *service) setRefuse(f func(c call, n int) (int, string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = f
}

func numbered(from, to int) (list []string) {
	for i := from; i < to; i++ {
		list = append(list, fmt.Sprintf("line %d", i))
	}
	return list
}

func logAll(d *Delivery, lines []string) {
	for _, l := range lines {
		d.Log([]byte(l))
	}
}
