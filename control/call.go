package control

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/api"
	"sluice/control/model"
)

// Caller is who called: what a signature tells, or the account's root without one.
type Caller struct {
	AccountID, ARN, UserID, AccessKey, UserAgent string
}

// call is one request to one operation.
type call struct {
	*Server
	ctx       context.Context
	operation *model.Operation
	region    string
	caller    Caller
	path      map[string]string // decoded, by the names of the URI template
	query     url.Values
	header    http.Header
	body      []byte
}

// handler is an operation. It returns what is written as JSON, a *blob, or nil for an
// answer without a body. Errors are *Error; others are internal failures.
type handler func(*call) (any, error)

// blob is an answer that is no JSON of ours.
type blob struct {
	contentType string
	disposition string
	body        []byte
}

// decode reads the members of the body that the operation has: encoding/json alone
// would take Description for description, and what only T has. The model's check has
// been passed, so it fails only for what T has stricter than the wire.
func decode[T any](c *call) (T, error) {
	var in T
	if len(c.body) == 0 {
		return in, nil
	}
	body, err := c.operation.Known(c.body)
	if err == nil {
		err = json.Unmarshal(body, &in)
	}
	if err != nil {
		return in, &Error{Type: "SerializationException", Status: 400, Message: err.Error()}
	}
	return in, nil
}

// flag is a boolean of the query.
func (c *call) flag(name string) bool { return strings.EqualFold(c.query.Get(name), "true") }

// embeds tells whether the query asks to embed something.
func (c *call) embeds(what string) bool { return slices.Contains(c.query["embed"], what) }

// Page sizes (service model).
const (
	defaultPage = 25
	maxPage     = 500
)

// limit is the page size that was asked for. What is not positive is the default
// (recorded: -1 is taken).
func (c *call) limit() int {
	n, err := strconv.Atoi(c.query.Get("limit"))
	if err != nil || n <= 0 {
		return defaultPage
	}
	return min(n, maxPage)
}

// account is the account that the resources belong to.
func (c *call) account() string { return c.options.AccountID }

// timestamp is the time of the call, in the wire's whole seconds.
func (c *call) timestamp() *api.Timestamp {
	return &api.Timestamp{Time: c.options.Now().UTC().Truncate(time.Second)}
}

// arn is the ARN of one of the service's own resources, as tags know it: the account
// is empty (developer guide).
func (c *call) arn(path string) string {
	return "arn:" + partition(c.region) + ":apigateway:" + c.region + "::" + path
}

// partition is the first part of a region's ARNs.
func partition(region string) string {
	switch {
	case len(region) > 3 && region[:3] == "cn-":
		return "aws-cn"
	case len(region) > 7 && region[:7] == "us-gov-":
		return "aws-us-gov"
	}
	return "aws"
}
