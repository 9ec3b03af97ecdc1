package awsservice

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"sluice/runtime/backend"
	"sluice/runtime/octets"
)

// Call is a compiled integration. It is safe for concurrent use.
type Call struct {
	endpoint *backend.Endpoint
	baseURL  string
	host     string // the Host field
	method   string // "" passes the client's on
	warning  string

	protocol    protocol
	contentType string // default; "" is none
	strict      bool   // the endpoint is a configured one, see defaultType
	target      string // X-Amz-Target of the action; "" is none
	action      string // of the query protocol; encoded is the same
	version     string // of the query protocol, unless the definition has one

	placeholders []string
	path         []piece
	query        []keyValue
	slashes      bool // escaped slashes in the path are slashes (S3)
	double       bool // the path is encoded once more for signing (all but S3)
	hashHeader   bool // X-Amz-Content-Sha256 is sent (S3)

	scope  scope
	source *source // nil: the caller's credentials sign
	key    atomic.Pointer[derivedKey]
}

// piece is an encoded literal, or the slot of a placeholder.
type piece struct {
	literal string
	slot    int // -1 for a literal
}

type keyValue struct {
	key   string // encoded
	value []piece
}

// callersCredentials are the credentials of an integration that passes the
// caller's on.
const callersCredentials = ":iam::*:user/*"

// Compile compiles an integration. Stage variables must be filled in already.
// httpMethod is the integration's; "" or "ANY" passes the client's method on.
// credentials is "", or a role's ARN, or arn:aws:iam::*:user/* for the caller's
// own. The error is a text for the author of the definition.
func (s *Services) Compile(uri, httpMethod, credentials string) (*Call, error) {
	t, err := Parse(uri)
	if err != nil {
		return nil, err
	}
	c := new(Call)
	switch m := strings.ToUpper(httpMethod); {
	case m == "" || m == "ANY":
	case !octets.IsToken(m):
		return nil, errors.New("invalid httpMethod " + strconv.Quote(httpMethod))
	default:
		c.method = m
	}
	subdomain, sv := s.tables.find(t.Service)
	if !sv.known {
		c.warning = "service " + strconv.Quote(t.Service) + " is not known: requests are signed for " + strconv.Quote(sv.signingName) +
			" and an action is sent as Action="
	}
	a, err := s.address(t, subdomain, sv)
	if err != nil {
		return nil, fmt.Errorf("uri %q: %w", uri, err)
	}
	if c.endpoint, err = s.backends.Endpoint(a.scheme, a.authority, false); err != nil {
		return nil, fmt.Errorf("uri %q: endpoint %s://%s: %w", uri, a.scheme, a.authority, err)
	}
	c.baseURL, c.host = a.scheme+"://"+a.host, a.host
	c.protocol, c.contentType, c.strict = sv.protocol, sv.contentType, a.configured
	c.scope = newScope(a.region, sv.signingName)
	switch sv.signingName {
	case "s3", "s3-outposts", "s3-object-lambda", "s3express":
		c.slashes, c.hashHeader = true, true
	default:
		c.double = true
	}
	if t.Action != "" {
		if err := c.compileAction(t, sv); err != nil {
			return nil, fmt.Errorf("uri %q: %w", uri, err)
		}
	}
	c.compileTarget(t, a.base, sv)
	if c.source, err = s.credentials(t, credentials); err != nil {
		return nil, err
	}
	return c, nil
}

// compileAction decides how the service is told its action. S3 has none on the
// wire: there the Bucket and the Key of an action become the path.
func (c *Call) compileAction(t *Target, sv *service) error {
	switch {
	case sv.protocol == query:
		c.action, c.version = t.Action, sv.version
	case sv.protocol == jsonBody:
		if sv.target != "" {
			c.target = sv.target + "." + t.Action
		}
	case sv.name == "s3":
		return objectPath(t)
	default:
		return errors.New(sv.name + " has no actions, only paths: use " + sv.name + ":path/{path of the operation}")
	}
	return nil
}

// objectActions are the operations of S3 that a method, a bucket and a key say
// in full.
var objectActions = []string{
	"CreateBucket", "DeleteBucket", "DeleteObject", "GetObject", "HeadBucket", "HeadObject",
	"ListBuckets", "ListObjects", "ListObjectsV2", "PutObject",
}

// objectPath turns s3:action/GetObject&Bucket={bucket}&Key={key} into the path
// form.
func objectPath(t *Target) error {
	if !slices.Contains(objectActions, t.Action) {
		return errors.New("action " + t.Action + " of s3 cannot be used: use s3:path/{bucket}/{key} with the query that the operation needs")
	}
	var bucket, key []Part
	var rest []Pair
	for _, p := range t.Query {
		switch p.Key {
		case "Bucket":
			bucket = p.Value
		case "Key":
			key = p.Value
		default:
			rest = append(rest, p)
		}
	}
	t.Path = []Part{{Literal: "/"}}
	if bucket != nil {
		t.Path = append(t.Path, bucket...)
	} else if key != nil {
		return errors.New("action " + t.Action + " has a Key and no Bucket")
	}
	if key != nil {
		t.Path = append(append(t.Path, Part{Literal: "/"}), key...)
	}
	if t.Action == "ListObjectsV2" {
		rest = append([]Pair{{Key: "list-type", Value: []Part{{Literal: "2"}}}}, rest...)
	}
	t.Query = rest
	return nil
}

// compileTarget compiles path and query. base is the path of the endpoint.
func (c *Call) compileTarget(t *Target, base string, sv *service) {
	path := t.Path
	if path == nil {
		path = []Part{{Literal: "/"}}
	}
	if sv.name != "s3" && path[0].Placeholder == "" {
		// Definitions write iotdata:path//topics/... and lambda:path//2015-03-31/...
		first := "/" + strings.TrimLeft(path[0].Literal, "/")
		path = append([]Part{{Literal: first}}, path[1:]...)
	}
	literal := []byte(base)
	for _, p := range path {
		if p.Placeholder == "" {
			literal = appendPath(literal, p.Literal, c.slashes)
			continue
		}
		if len(literal) > 0 {
			c.path = append(c.path, piece{literal: string(literal), slot: -1})
			literal = literal[:0]
		}
		c.path = append(c.path, piece{slot: c.slot(p.Placeholder)})
	}
	if len(literal) > 0 {
		c.path = append(c.path, piece{literal: string(literal), slot: -1})
	}
	for _, p := range t.Query {
		kv := keyValue{key: string(appendEscaped(nil, queryText(p.Key)))}
		if c.action != "" && kv.key == "Version" {
			c.version = ""
		}
		for _, v := range p.Value {
			if v.Placeholder == "" {
				kv.value = append(kv.value, piece{literal: string(appendEscaped(nil, queryText(v.Literal))), slot: -1})
			} else {
				kv.value = append(kv.value, piece{slot: c.slot(v.Placeholder)})
			}
		}
		c.query = append(c.query, kv)
	}
}

// slot is the index of a placeholder.
func (c *Call) slot(name string) int {
	if i := slices.Index(c.placeholders, name); i >= 0 {
		return i
	}
	c.placeholders = append(c.placeholders, name)
	return len(c.placeholders) - 1
}

// credentials finds the source of an integration's credentials; nil is the
// caller.
func (s *Services) credentials(t *Target, credentials string) (*source, error) {
	if credentials == "" {
		return s.chain, nil
	}
	f := strings.SplitN(credentials, ":", 6)
	if len(f) == 6 && f[0] == "arn" && f[2] == "iam" && f[3] == "" {
		if strings.HasSuffix(credentials, callersCredentials) {
			return nil, nil
		}
		if name, ok := strings.CutPrefix(f[5], "role/"); ok && name != "" {
			return s.role(t, credentials)
		}
	}
	return nil, errors.New("credentials " + strconv.Quote(credentials) + " are neither a role (arn:aws:iam::{account}:role/{name}) nor the caller's (arn:aws:iam::*:user/*)")
}

// Endpoint is where the built request goes.
func (c *Call) Endpoint() *backend.Endpoint { return c.endpoint }

// BaseURL is scheme and authority of the service, for logs: the target of the
// built request belongs behind it.
func (c *Call) BaseURL() string { return c.baseURL }

// Placeholders are the names in the URI that integration.request.path.{name}
// fills, each once. The slice must not be changed.
func (c *Call) Placeholders() []string { return c.placeholders }

// Warning is what the author of the definition should know although it can be
// run; "" mostly.
func (c *Call) Warning() string { return c.warning }

// NeedsTarget tells whether the action reaches the service only when a mapping
// or an override sets X-Amz-Target.
func (c *Call) NeedsTarget() bool { return c.protocol == jsonBody && c.target == "" }

// NeedsCaller tells whether Params.Caller must be set.
func (c *Call) NeedsCaller() bool { return c.source == nil }
