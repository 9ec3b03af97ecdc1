package openapi

import (
	"sort"
	"strings"

	"sluice/openapi/document"
)

const extensionPrefix = "x-amazon-apigateway-"

// Names of the extensions.
const (
	extAnyMethod          = extensionPrefix + "any-method"
	extAPIKeySource       = extensionPrefix + "api-key-source"
	extAuth               = extensionPrefix + "auth"
	extAuthorizer         = extensionPrefix + "authorizer"
	extAuthType           = extensionPrefix + "authtype"
	extBinaryMediaTypes   = extensionPrefix + "binary-media-types"
	extCORS               = extensionPrefix + "cors"
	extDocumentation      = extensionPrefix + "documentation"
	extEndpointAccessMode = extensionPrefix + "endpoint-access-mode"
	extEndpoint           = extensionPrefix + "endpoint-configuration"
	extGatewayResponses   = extensionPrefix + "gateway-responses"
	extVersion            = extensionPrefix + "importexport-version"
	extIntegration        = extensionPrefix + "integration"
	extIntegrations       = extensionPrefix + "integrations"
	extCompression        = extensionPrefix + "minimum-compression-size"
	extPolicy             = extensionPrefix + "policy"
	extValidator          = extensionPrefix + "request-validator"
	extValidators         = extensionPrefix + "request-validators"
	extSecurityPolicy     = extensionPrefix + "security-policy"
	extTagValue           = extensionPrefix + "tag-value"
)

// where is a set of the objects of a document that carry extensions.
type where uint8

// The order is that of placeNames.
const (
	atRoot where = 1 << iota
	atPathItem
	atOperation
	atSecurityScheme
	atServer
	atComponents
	atTag

	httpAPIsOnly where = 0
)

// extensionPlaces returns where an extension has an effect on a REST API.
func extensionPlaces(name string) (at where, known bool) {
	switch name {
	case extAPIKeySource, extBinaryMediaTypes, extDocumentation, extEndpointAccessMode, extGatewayResponses,
		extCompression, extPolicy, extValidators, extSecurityPolicy:
		return atRoot, true
	case extValidator:
		return atRoot | atOperation, true
	case extAnyMethod:
		return atPathItem, true
	case extAuth, extIntegration:
		return atOperation, true
	case extAuthorizer, extAuthType:
		return atSecurityScheme, true
	case extEndpoint:
		return atRoot | atServer, true
	case extCORS, extVersion, extIntegrations, extTagValue:
		return httpAPIsOnly, true
	}
	return 0, false
}

func extensionNames() []string {
	return []string{
		extAnyMethod, extAPIKeySource, extAuth, extAuthorizer, extAuthType, extBinaryMediaTypes, extCORS,
		extDocumentation, extEndpointAccessMode, extEndpoint, extGatewayResponses, extVersion, extIntegration,
		extIntegrations, extCompression, extPolicy, extValidator, extValidators, extSecurityPolicy, extTagValue,
	}
}

// extensions reports the members of n whose names begin as ours do but which
// are unknown, or have no effect there.
func (s scope) extensions(n *document.Node, at where) {
	for i := range n.Members() {
		s.extension(&n.Members()[i], at)
	}
}

func (s scope) extension(m *document.Member, at where) {
	if !strings.HasPrefix(strings.ToLower(m.Key), extensionPrefix) {
		return
	}
	places, known := extensionPlaces(m.Key)
	switch {
	case !known && s.im.opts.Lenient:
		s.warn(s.keyPlace(m), "unknown extension %s is ignored%s", quote(m.Key), didYouMean(m.Key, extensionNames()))
	case !known:
		s.fail(s.keyPlace(m), "unknown extension %s%s", quote(m.Key), didYouMean(m.Key, extensionNames()))
	case places == httpAPIsOnly:
		s.warn(s.keyPlace(m), "%s is for HTTP APIs only and is ignored", m.Key)
	case places&at == 0:
		s.warn(s.keyPlace(m), "%s has no effect here and is ignored; it belongs to %s", m.Key, strings.Join(placeNames(places), " or "))
	}
}

func placeNames(places where) []string {
	all := []string{
		"the root of the document", "a path item", "an operation", "a security scheme", "a server", "components", "a tag",
	}
	var names []string
	for i, name := range all {
		if places&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// members warns of what an object of the specification does not have; the
// service ignores it.
func (s scope) members(n *document.Node, owner string, known ...string) {
	for i := range n.Members() {
		m := &n.Members()[i]
		if strings.HasPrefix(m.Key, "x-") {
			continue
		}
		found := false
		for _, k := range known {
			if k == m.Key {
				found = true
				break
			}
		}
		if !found {
			s.warn(s.keyPlace(m), "unknown member %s of %s is ignored%s", quote(m.Key), owner, didYouMean(m.Key, known))
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
