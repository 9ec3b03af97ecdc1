package openapi

import (
	"encoding/json"
	"strings"

	"sluice/openapi/document"
)

// maxPolicyLength bounds a resource policy, in characters (aws-facts: limits).
const maxPolicyLength = 8192

// readPolicy reads the resource policy, an object or its JSON text, and expands
// the short form of its resources.
func (im *importer) readPolicy() {
	s := scope{im: im}
	n := im.root.Get(extPolicy)
	if n == nil || n.Kind() == document.Null {
		return
	}
	im.note(s.place(n), "restApi", "policy")
	policy := n
	switch n.Kind() {
	case document.Map:
	case document.String:
		if !json.Valid([]byte(n.Text())) || !strings.HasPrefix(strings.TrimSpace(n.Text()), "{") {
			s.fail(s.place(n), "%s must be a policy: an object or its JSON text", extPolicy)
			return
		}
		parsed, errs := document.Parse("policy.json", []byte(n.Text()))
		if parsed == nil || len(errs) > 0 {
			s.fail(s.place(n), "%s: %s", extPolicy, errs[0].Message)
			return
		}
		policy = parsed
	default:
		s.fail(s.place(n), "%s must be a policy: an object or its JSON text, not %s", extPolicy, n.Kind())
		return
	}
	text := string(im.appendPolicy(nil, policy, ""))
	if len([]rune(text)) > maxPolicyLength {
		s.fail(s.place(n), "the policy has %d characters; at most %d are allowed", len([]rune(text)), maxPolicyLength)
		return
	}
	im.snap.RestApi.Policy = text
}

// appendPolicy writes the policy as it is kept: compact, short forms of resources
// spelled out, and a list of one entry as that entry where a statement takes
// either (recorded). member is the one whose value n is.
func (im *importer) appendPolicy(b []byte, n *document.Node, member string) []byte {
	switch n.Kind() {
	case document.Map:
		b = append(b, '{')
		for i, m := range n.Members() {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(document.AppendString(b, m.Key), ':')
			b = im.appendPolicy(b, m.Value, m.Key)
		}
		return append(b, '}')
	case document.List:
		if len(n.Members()) == 1 && isPolicyList(member) {
			return im.appendPolicy(b, n.Members()[0].Value, member)
		}
		b = append(b, '[')
		for i, m := range n.Members() {
			if i > 0 {
				b = append(b, ',')
			}
			b = im.appendPolicy(b, m.Value, member)
		}
		return append(b, ']')
	case document.String:
		if rest, ok := strings.CutPrefix(n.Text(), "execute-api:/"); ok && (member == "Resource" || member == "NotResource") {
			return document.AppendString(b, im.executeARN()+rest)
		}
	}
	return n.AppendJSON(b)
}

// isPolicyList tells whether a member of a statement takes one value or a list.
func isPolicyList(member string) bool {
	switch member {
	case "Action", "NotAction", "Resource", "NotResource":
		return true
	}
	return false
}

// executeARN is the ARN of the API, up to the stage.
func (im *importer) executeARN() string {
	return "arn:" + im.partition() + ":execute-api:" + im.opts.Region + ":" + im.opts.AccountID + ":" + im.opts.APIID + "/"
}

func (im *importer) partition() string {
	switch {
	case strings.HasPrefix(im.opts.Region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(im.opts.Region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}
