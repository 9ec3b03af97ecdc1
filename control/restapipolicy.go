package control

import (
	"strings"

	"sluice/authorizers/policy"
	"sluice/openapi/document"
)

// resourcePolicy is a policy as it is kept: compact, with short forms spelled out
// and lists of one entry as that entry (recorded). "" is no policy.
func (c *call) resourcePolicy(apiID, text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", nil
	}
	if len(text) > maxPolicy {
		return "", badRequest("Invalid policy document. Please check the policy syntax and ensure that Principals are valid.")
	}
	target := policy.Target{Partition: partition(c.region), Region: c.region, AccountID: c.account(), APIID: apiID}
	if _, err := policy.Parse([]byte(text), policy.Options{Kind: policy.Resource, Target: &target}); err != nil {
		return "", badRequest("Invalid policy document. Please check the policy syntax and ensure that Principals are valid.")
	}
	root, faults := document.Parse("policy.json", []byte(text))
	if root == nil || len(faults) > 0 {
		return "", badRequest("Invalid policy document. Please check the policy syntax and ensure that Principals are valid.")
	}
	arn := "arn:" + target.Partition + ":execute-api:" + target.Region + ":" + target.AccountID + ":" + target.APIID + "/"
	return string(policyWriter{arn}.append(nil, root, "")), nil
}

// policyWriter writes a policy in the form that it is kept in.
type policyWriter struct {
	arn string // of the API, up to the stage
}

// append writes n, which is the value of member.
func (w policyWriter) append(b []byte, n *document.Node, member string) []byte {
	switch n.Kind() {
	case document.Map:
		b = append(b, '{')
		for i, m := range n.Members() {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(document.AppendString(b, m.Key), ':')
			b = w.append(b, m.Value, m.Key)
		}
		return append(b, '}')
	case document.List:
		if len(n.Members()) == 1 && isPolicyList(member) {
			return w.append(b, n.Members()[0].Value, member)
		}
		b = append(b, '[')
		for i, m := range n.Members() {
			if i > 0 {
				b = append(b, ',')
			}
			b = w.append(b, m.Value, member)
		}
		return append(b, ']')
	case document.String:
		if rest, ok := strings.CutPrefix(n.Text(), "execute-api:/"); ok && (member == "Resource" || member == "NotResource") {
			return document.AppendString(b, w.arn+rest)
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

// escapePolicy is the form in which the service shows a policy: escaped once more
// than the answer's JSON does it (recorded).
func escapePolicy(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
}
