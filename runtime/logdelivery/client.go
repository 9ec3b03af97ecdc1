package logdelivery

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sluice/mapping"
	"sluice/runtime/awsservice"
)

// client calls a service in a region.
type client struct {
	putEvents, createStream, createGroup *awsservice.Call // of CloudWatch Logs
	putRecords                           *awsservice.Call // of Firehose
}

func newClient(d *Deliveries, k clientKey) (*client, error) {
	c := new(client)
	operations := map[string]**awsservice.Call{"PutRecordBatch": &c.putRecords}
	if k.service == CloudWatchLogs {
		operations = map[string]**awsservice.Call{"PutLogEvents": &c.putEvents, "CreateLogStream": &c.createStream, "CreateLogGroup": &c.createGroup}
	}
	for name, call := range operations {
		var err error
		// The partition decides about hosts, and the host is that of the endpoint.
		if *call, err = d.around.services.Compile("arn:aws:apigateway:"+k.region+":"+k.service.name()+":action/"+name, "POST", ""); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// userAgent is that of the gateway towards services.
const userAgent = "AmazonAPIGateway"

// maxErrorText bounds what is kept of a refusal, in bytes.
const maxErrorText = 512

// post makes a call with a body. Its answer is in b.response.
func post(call *awsservice.Call, operation string, b *batch, body []byte, deadline time.Time) error {
	b.request.Reset()
	b.request.Header = append(b.request.Header, mapping.Pair{Name: "Accept", Value: "application/json"})
	b.request.Body = body
	b.params.Reset()
	b.params.UserAgent, b.params.Deadline = userAgent, deadline
	err := call.Build(&b.request, &b.params)
	if err == nil {
		err = call.Endpoint().Do(&b.request, &b.response, deadline)
	}
	b.request.Body = nil // it is the batch's
	if err == nil && b.response.StatusCode != 200 {
		err = refusal(b)
	}
	if err != nil {
		return fmt.Errorf("%s at %s: %w", operation, call.BaseURL(), err)
	}
	return nil
}

// serviceError is a refusal by a service.
type serviceError struct {
	code, message string
	status        int
}

func (e *serviceError) Error() string {
	text := fmt.Sprintf("status %d", e.status)
	for _, s := range []string{e.code, e.message} {
		if s != "" {
			text += ": " + s
		}
	}
	return text
}

// refusal reads the error that a service answered.
func refusal(b *batch) error {
	e := &serviceError{status: b.response.StatusCode}
	var answer struct {
		Type    string `json:"__type"`
		Code    string `json:"code"`
		Message string `json:"message"` // Message is read, too
	}
	if json.Unmarshal(b.response.Body, &answer) == nil {
		e.code, e.message = answer.Type, answer.Message
		if e.code == "" {
			e.code = answer.Code
		}
	}
	for _, h := range b.response.Header {
		if strings.EqualFold(h.Name, "x-amzn-ErrorType") {
			e.code = h.Value
		}
	}
	e.code, _, _ = strings.Cut(e.code, ":") // {code}:http://...
	if i := strings.LastIndexByte(e.code, '#'); i >= 0 {
		e.code = e.code[i+1:] // {namespace}#{code}
	}
	e.code, e.message = strings.Clone(cut(e.code)), strings.Clone(cut(e.message))
	return e
}

func cut(s string) string { return s[:min(len(s), maxErrorText)] }

// passing are the codes of refusals that a repetition may not meet again, beside
// those of a status of its own.
var passing = []string{
	"ExpiredToken", "ExpiredTokenException", "LimitExceededException", "OperationAbortedException",
	"ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestTimeout", "RequestTimeoutException",
	"ServiceUnavailable", "ServiceUnavailableException", "SlowDown", "Throttling", "ThrottledException", "ThrottlingException",
	"TooManyRequestsException",
}

// isFinal tells whether repeating a call is of no use.
func isFinal(err error) bool {
	var e *serviceError
	if errors.As(err, &e) {
		return e.status < 500 && e.status != 408 && e.status != 429 && !slices.Contains(passing, e.code)
	}
	return errors.Is(err, errNoAnswer) || errors.Is(err, errAbandoned)
}

// isRefusal tells whether a service refused with a code.
func isRefusal(err error, code string) bool {
	var e *serviceError
	return errors.As(err, &e) && e.code == code
}

// errNoAnswer tells that what answered is not the service.
var errNoAnswer = errors.New("the answer is not that of the service")

// answered reads the answer of a call. An empty one is as good as one that says nothing.
func answered(b *batch, operation string, into any) error {
	if len(b.response.Body) == 0 {
		return nil
	}
	if err := json.Unmarshal(b.response.Body, into); err != nil {
		return fmt.Errorf("%s: %w: %w", operation, errNoAnswer, err)
	}
	return nil
}
