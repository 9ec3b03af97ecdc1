package mapping

import (
	"slices"
	"strings"

	"sluice/mapping/vtl/value"
)

// contextNode is one level of $context, such as $context.identity: what stands
// behind its dot.
type contextNode struct {
	id       int
	members  map[string]contextMember
	recorded []string // the keys the service was seen to list, in that order
	optional []string // the keys that are listed only when they have a value
}

// contextMember is a variable or, with NoVariable, a node below.
type contextMember struct {
	id    VariableID
	child *contextNode
}

// The keys of $context and $context.identity as they were recorded
// (aws-facts: context variables, section 1). Their members can be null.
var (
	recordedContextKeys = []string{
		"resourceId", "resourcePath", "httpMethod", "extendedRequestId", "requestTime", "path", "accountId", "protocol",
		"requestOverride", "stage", "domainPrefix", "requestTimeEpoch", "requestId", "identity", "domainName",
		"deploymentId", "responseOverride", "apiId",
	}
	recordedIdentityKeys = []string{
		"cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller", "sourceIp", "principalOrgId", "accessKey",
		"cognitoAuthenticationType", "cognitoAuthenticationProvider", "userArn", "userAgent", "user",
	}
)

// contextNodes are the levels of $context, the root first: built once out of
// the table of variables, and only read afterwards.
var contextNodes = buildContextNodes()

const (
	contextRoot = iota
	contextIdentity
	contextClientCert
	contextValidity
	contextLevels
)

func buildContextNodes() (nodes [contextLevels]*contextNode) {
	paths := [contextLevels]string{"", "identity.", "identity.clientCert.", "identity.clientCert.validity."}
	for id := range nodes {
		nodes[id] = &contextNode{id: id, members: map[string]contextMember{}}
	}
	nodes[contextRoot].members["identity"] = contextMember{child: nodes[contextIdentity]}
	nodes[contextIdentity].members["clientCert"] = contextMember{child: nodes[contextClientCert]}
	nodes[contextClientCert].members["validity"] = contextMember{child: nodes[contextValidity]}
	nodes[contextRoot].recorded = recordedContextKeys
	nodes[contextIdentity].recorded = recordedIdentityKeys
	for _, v := range variables {
		if v.In&InTemplate == 0 || strings.HasPrefix(v.Name, "authorizer.") {
			continue
		}
		for id := contextLevels - 1; id >= 0; id-- {
			name, below := strings.CutPrefix(v.Name, paths[id])
			if !below {
				continue
			}
			n := nodes[id]
			n.members[name] = contextMember{id: v.ID}
			if !slices.Contains(n.recorded, name) {
				n.optional = append(n.optional, name)
			}
			break
		}
	}
	nodes[contextIdentity].optional = append(nodes[contextIdentity].optional, "clientCert")
	nodes[contextClientCert].optional = append(nodes[contextClientCert].optional, "validity")
	return nodes
}

// contextView is a level of $context in one rendering.
type contextView struct {
	r    *rendering
	node *contextNode
}

// Property gives a variable as text, null when it has no value, or a level
// below.
func (c *contextView) Property(name string) (value.Value, bool) {
	if m, ok := c.node.members[name]; ok {
		if m.child != nil {
			return value.OfObject(&c.r.levels[m.child.id]), true
		}
		v, has := c.r.scope.variable(Variable{ID: m.id})
		if !has {
			return value.Value{}, true
		}
		return value.Of(v), true
	}
	if c.node.id != contextRoot {
		return value.Value{}, false
	}
	switch name {
	case "requestOverride":
		return value.OfObject(&c.r.requestOverride), true
	case "responseOverride":
		return value.OfObject(&c.r.responseOverride), true
	case "authorizer":
		if c.r.authorizer.shared != nil {
			return value.OfObject(&c.r.authorizer), true
		}
	}
	return value.Value{}, false
}

// SetProperty refuses: of $context only the overrides can be written.
func (c *contextView) SetProperty(string, value.Value) bool { return false }

// AppendText prints nothing, as the service does for every map of $context.
func (c *contextView) AppendText(dst []byte) []byte { return dst }

// Call knows no method of its own; see AsMap.
func (c *contextView) Call(name string, args []value.Value) (value.Value, bool, error) {
	v, ok := getter(c, name, args)
	return v, ok, nil
}

// AsMap is the level as a map, for keySet() and the like. It is a copy:
// changing it changes nothing.
func (c *contextView) AsMap() *value.Map {
	if c.r.snapshots[c.node.id] == nil {
		c.r.snapshots[c.node.id] = c.snapshot()
	}
	return c.r.snapshots[c.node.id]
}

// snapshot is the level as a map, for keySet() and the like.
func (c *contextView) snapshot() *value.Map {
	m := value.NewMap(len(c.node.recorded) + 4)
	for _, key := range c.node.recorded {
		v, _ := c.Property(key)
		m.Put(key, v)
	}
	for _, key := range c.node.optional {
		v, _ := c.Property(key)
		if below, ok := v.Object().(*contextView); ok && below.isEmpty() {
			continue
		}
		if !v.IsNull() {
			m.Put(key, v)
		}
	}
	if c.node.id == contextRoot {
		if v, ok := c.Property("authorizer"); ok {
			m.Put("authorizer", v)
		}
	}
	return m
}

// isEmpty tells whether nothing at the level has a value.
func (c *contextView) isEmpty() bool {
	for key, m := range c.node.members {
		if m.child != nil {
			if !c.r.levels[m.child.id].isEmpty() {
				return false
			}
		} else if v, _ := c.Property(key); !v.IsNull() {
			return false
		}
	}
	return true
}
