package awsservice

import (
	"bytes"
	"strings"
	"time"

	"sluice/mapping"
	"sluice/runtime/backend"
	"sluice/runtime/edge"
	"sluice/runtime/octets"
)

// present are the headers that the gateway adds unless they are there.
type present struct {
	accept, contentType, userAgent, apiID, traceID, target bool
	form                                                   bool // the body is said to be a form
}

// Build completes req, whose Header has the mapped and overridden headers and
// whose Body is final: it sets Method, Target and Host, adds the headers that
// the gateway adds unless a mapping did, and signs. Headers that belong to a
// signature are replaced. The error is an *Error.
func (c *Call) Build(req *backend.Request, p *Params) error {
	now := p.Now
	if now.IsZero() {
		now = time.Now()
	}
	creds := p.Caller
	if c.source != nil {
		var err error
		if creds, err = c.source.get(now, p.Deadline); err != nil {
			return err
		}
	} else if creds == nil || creds.AccessKeyID == "" || creds.SecretAccessKey == "" {
		return errNoCaller
	}
	p.text = p.text[:0]
	req.Method = c.method
	if req.Method == "" {
		req.Method = p.Method
	}
	req.Host = c.host
	has := sweepHeaders(req)
	if err := c.appendPath(req, p); err != nil {
		return err
	}
	c.appendQuery(req, p, &has)
	c.sign(req, p, &has, creds, now)
	return nil
}

// sweepHeaders removes what the signature and the connection bring themselves,
// and finds what is there.
func sweepHeaders(req *backend.Request) (has present) {
	n := 0
	for _, h := range req.Header {
		switch len(h.Name) {
		case 4:
			if octets.EqualFold(h.Name, "host") {
				continue
			}
		case 6:
			has.accept = has.accept || octets.EqualFold(h.Name, "accept")
		case 10:
			if octets.EqualFold(h.Name, "x-amz-date") {
				continue
			}
			has.userAgent = has.userAgent || octets.EqualFold(h.Name, "user-agent")
		case 12:
			if octets.EqualFold(h.Name, "content-type") {
				has.contentType, has.form = true, isType(h.Value, "application/x-www-form-urlencoded")
			} else if octets.EqualFold(h.Name, "x-amz-target") {
				has.target = true
			}
		case 13:
			if octets.EqualFold(h.Name, "authorization") {
				continue
			}
		case 14:
			if octets.EqualFold(h.Name, "content-length") {
				continue
			}
		case 15:
			has.traceID = has.traceID || octets.EqualFold(h.Name, "x-amzn-trace-id")
		case 17:
			if octets.EqualFold(h.Name, "transfer-encoding") {
				continue
			}
		case 20:
			if octets.EqualFold(h.Name, "x-amz-security-token") || octets.EqualFold(h.Name, "x-amz-content-sha256") {
				continue
			}
		case 24:
			has.apiID = has.apiID || octets.EqualFold(h.Name, "x-amzn-apigateway-api-id")
		}
		req.Header[n] = h
		n++
	}
	req.Header = req.Header[:n]
	return has
}

// appendPath sets the target to the path, and refuses a value whose dot segments
// lead above the place it was put.
func (c *Call) appendPath(req *backend.Request, p *Params) error {
	b := req.Target[:0]
	p.pairs = p.pairs[:0] // places of the values, for a moment
	for i := range c.path {
		s := &c.path[i]
		if s.slot < 0 {
			b = append(b, s.literal...)
			continue
		}
		p.pairs = append(p.pairs, span{begin: len(b)})
		if s.slot < len(p.Path) {
			b = appendPath(b, p.Path[s.slot], c.slashes)
		}
	}
	req.Target = b
	for _, at := range p.pairs {
		if edge.LeavesBase(b[at.begin:]) {
			return errLeaves
		}
	}
	return nil
}

// appendQuery appends the query: the action, the pairs of the URI, the mapped
// ones. A mapped Action or Version replaces the URI's.
func (c *Call) appendQuery(req *backend.Request, p *Params, has *present) {
	p.pairs = p.pairs[:0]
	b := req.Target
	begin := func(key string, encoded bool) int {
		if len(p.pairs) == 0 {
			b = append(b, '?')
		} else {
			b = append(b, '&')
		}
		at := len(b)
		if encoded {
			b = append(b, key...)
		} else {
			b = appendEscaped(b, key)
		}
		p.pairs = append(p.pairs, span{begin: at, equals: len(b)})
		b = append(b, '=')
		return len(p.pairs) - 1
	}
	// A request that brings X-Amz-Target speaks the service's JSON protocol.
	if c.action != "" && !has.target {
		action, version := true, c.version != "" && !(has.form && formHas(req.Body, "Version="))
		for i := range p.Query {
			switch p.Query[i].Name {
			case "Action":
				action = false
			case "Version":
				version = false
			}
		}
		if action {
			i := begin("Action", true)
			b = append(b, c.action...)
			p.pairs[i].end = len(b)
		}
		if version {
			i := begin("Version", true)
			b = append(b, c.version...)
			p.pairs[i].end = len(b)
		}
	}
	for k := range c.query {
		i := begin(c.query[k].key, true)
		for _, v := range c.query[k].value {
			if v.slot < 0 {
				b = append(b, v.literal...)
			} else if v.slot < len(p.Path) {
				b = appendEscaped(b, p.Path[v.slot])
			}
		}
		p.pairs[i].end = len(b)
	}
	for k := range p.Query {
		i := begin(p.Query[k].Name, false)
		b = appendEscaped(b, p.Query[k].Value)
		p.pairs[i].end = len(b)
	}
	req.Target = b
}

// isType tells whether a Content-Type is a media type, whatever its parameters.
func isType(contentType, mime string) bool {
	contentType, _, _ = strings.Cut(contentType, ";")
	return octets.EqualFold(strings.Trim(contentType, " \t"), mime)
}

// formHas tells whether a form has a key; key ends with "=".
func formHas(body []byte, key string) bool {
	for {
		i := bytes.Index(body, octets.Of(key))
		if i < 0 {
			return false
		}
		if i == 0 || body[i-1] == '&' {
			return true
		}
		body = body[i+len(key):]
	}
}

// addHeaders adds what the gateway sends to every service, in the order of its
// execution log. The value of Authorization, which comes first, is not known
// yet; its place is returned.
func (c *Call) addHeaders(req *backend.Request, p *Params, has *present, date, token, hash string) (authorization int) {
	h := req.Header
	authorization = len(h)
	h = append(h, mapping.Pair{Name: "Authorization"}, mapping.Pair{Name: "X-Amz-Date", Value: date})
	if !has.apiID && p.APIID != "" {
		h = append(h, mapping.Pair{Name: "x-amzn-apigateway-api-id", Value: p.APIID})
	}
	if !has.accept {
		h = append(h, mapping.Pair{Name: "Accept", Value: "application/json"})
	}
	if !has.userAgent && p.UserAgent != "" {
		h = append(h, mapping.Pair{Name: "User-Agent", Value: p.UserAgent})
	}
	if token != "" {
		h = append(h, mapping.Pair{Name: "X-Amz-Security-Token", Value: token})
	}
	if !has.traceID && p.TraceID != "" {
		h = append(h, mapping.Pair{Name: "X-Amzn-Trace-Id", Value: p.TraceID})
	}
	if !has.target && c.target != "" {
		h = append(h, mapping.Pair{Name: "X-Amz-Target", Value: c.target})
	}
	if !has.contentType {
		if ct := c.defaultType(p.ContentType, req); ct != "" {
			h = append(h, mapping.Pair{Name: "Content-Type", Value: ct})
		}
	}
	if c.hashHeader {
		h = append(h, mapping.Pair{Name: "X-Amz-Content-Sha256", Value: hash})
	}
	req.Header = h
	return authorization
}

// defaultType is the Content-Type that no mapping set: the client's when the
// method carries a body, else the service's own (recorded).
//
// The real services take application/json for their own JSON, and with an action
// in the query. Local ones tell protocols apart by the type, so at a configured
// endpoint a derived X-Amz-Target, and a query without a body, come with the
// type of their protocol instead of application/json.
func (c *Call) defaultType(client string, req *backend.Request) string {
	empty := len(req.Body) == 0
	if empty && !carriesBody(req.Method) {
		if c.protocol == query || c.protocol == jsonBody {
			return c.contentType
		}
		return ""
	}
	if client == "" || c.strict && isType(client, "application/json") && (c.target != "" || c.protocol == query && empty) {
		return c.contentType
	}
	return client
}

func carriesBody(method string) bool {
	return method == "POST" || method == "PUT" || method == "PATCH"
}

var (
	errNoCaller = &Error{Kind: KindCredentials, Log: "The integration passes the caller's credentials on, and the request has none"}
	errLeaves   = &Error{Kind: KindPath, Log: "A path parameter leads out of its place in the integration's path"}
)
