package awsservice

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Target is a parsed integration URI.
type Target struct {
	Partition string // "aws", "aws-cn", ...
	Region    string
	Service   string // with its subdomain: "sqs", "mybucket.s3"
	Action    string // of the action form; "" for the path form
	// Path are the parts of the path of the path form; it begins with a slash.
	Path []Part
	// Query are the key-value pairs behind the action, or behind the "?" of a
	// path, as they were written: with placeholders, and percent-encoded.
	Query []Pair
}

// Part is a literal or a placeholder, which has no Literal then.
type Part struct {
	Literal     string
	Placeholder string // the name between the braces
}

// Pair is one key-value pair of a query.
type Pair struct {
	Key   string
	Value []Part
}

// form is what the errors of Parse say is expected.
const form = "arn:{partition}:apigateway:{region}:{[subdomain.]service}:{path|action}/{rest}"

// maxURI bounds what is parsed, in bytes; a URI is part of a definition.
const maxURI = 10240

// Parse parses the URI of an integration of type AWS. Stage variables must be
// filled in already.
func Parse(uri string) (*Target, error) {
	t, err := parse(uri)
	if err != nil {
		if len(uri) > 200 {
			uri = uri[:200] + "..."
		}
		return nil, fmt.Errorf("uri %q is not of the form %s: %w", uri, form, err)
	}
	return t, nil
}

func parse(uri string) (*Target, error) {
	if len(uri) > maxURI {
		return nil, errors.New("it is longer than " + strconv.Itoa(maxURI) + " bytes")
	}
	f := strings.SplitN(uri, ":", 6)
	if len(f) < 6 {
		return nil, errors.New("it has fewer than six parts")
	}
	t := &Target{Partition: f[1], Region: f[3], Service: f[4]}
	switch {
	case f[0] != "arn":
		return nil, errors.New("its first part is not arn")
	case t.Partition != "aws" && !strings.HasPrefix(t.Partition, "aws-") || !isLabel(t.Partition):
		return nil, errors.New("invalid partition " + strconv.Quote(t.Partition))
	case f[2] != "apigateway":
		return nil, errors.New("the third part is " + strconv.Quote(f[2]) + ", not apigateway")
	case !isLabel(t.Region):
		return nil, errors.New("invalid region " + strconv.Quote(t.Region))
	case !isService(t.Service):
		return nil, errors.New("invalid service " + strconv.Quote(t.Service))
	}
	kind, rest, ok := strings.Cut(f[5], "/")
	if !ok {
		return nil, errors.New("no path/ or action/ behind the service")
	}
	switch kind {
	case "path":
		return t, t.parsePath(rest)
	case "action":
		return t, t.parseAction(rest)
	}
	return nil, errors.New(strconv.Quote(kind) + " is neither path nor action")
}

func (t *Target) parsePath(rest string) error {
	path, query, _ := strings.Cut(rest, "?")
	var err error
	if t.Path, err = parts("/" + path); err != nil {
		return err
	}
	t.Query, err = pairs(query)
	return err
}

func (t *Target) parseAction(rest string) error {
	action, query, _ := strings.Cut(rest, "&")
	if action == "" {
		return errors.New("the action has no name")
	}
	for i := range len(action) {
		if !isAlphanumeric(action[i]) {
			return errors.New("invalid action " + strconv.Quote(action) + ": letters and digits, then &Key=value pairs")
		}
	}
	t.Action = action
	var err error
	t.Query, err = pairs(query)
	return err
}

// pairs parses key=value pairs between ampersands. Empty ones are left out.
func pairs(query string) ([]Pair, error) {
	var out []Pair
	for item := range strings.SplitSeq(query, "&") {
		if item == "" {
			continue
		}
		key, value, _ := strings.Cut(item, "=")
		if key == "" || strings.ContainsAny(key, "{}") {
			return nil, errors.New("invalid key in " + strconv.Quote(item))
		}
		p, err := parts(value)
		if err != nil {
			return nil, err
		}
		out = append(out, Pair{Key: key, Value: p})
	}
	return out, nil
}

// parts cuts s at its {placeholders}.
func parts(s string) ([]Part, error) {
	var out []Part
	for s != "" {
		i := strings.IndexAny(s, "{}")
		if i < 0 {
			return append(out, Part{Literal: s}), nil
		}
		if s[i] == '}' {
			return nil, errors.New("a } without its {")
		}
		if i > 0 {
			out = append(out, Part{Literal: s[:i]})
		}
		j := strings.IndexByte(s[i:], '}')
		if j < 0 {
			return nil, errors.New("a { without its }")
		}
		name := strings.TrimSuffix(s[i+1:i+j], "+")
		if !isParameterName(name) {
			return nil, errors.New("invalid placeholder " + strconv.Quote(s[i:i+j+1]))
		}
		out = append(out, Part{Placeholder: name})
		s = s[i+j+1:]
	}
	return out, nil
}

// isParameterName follows the names of mapped parameters (aws-facts: data plane,
// section 10).
func isParameterName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isAlphanumeric(c) && c != '.' && c != '_' && c != '$' && c != '-' {
			return false
		}
	}
	return s != ""
}

func isService(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if !isLabel(label) {
			return false
		}
	}
	return len(s) <= 200
}

// isLabel tells whether s can stand in a host name: it will.
func isLabel(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
			return false
		}
	}
	return s != "" && len(s) <= 63 && s[0] != '-' && s[len(s)-1] != '-'
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
