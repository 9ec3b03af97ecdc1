package control

import (
	"maps"
	"slices"
	"strings"

	"sluice/mapping"
)

// mappingFaults collects what is wrong with the parameter mappings of one object. The
// service reports all of them in one message (recorded).
type mappingFaults []string

// expression notes a name or a source that is no mapping expression.
func (f *mappingFaults) expression(text string) {
	*f = append(*f, "Invalid mapping expression specified: "+text)
}

// parameter notes a name that would be one, but that nobody declared.
func (f *mappingFaults) parameter(text string) {
	*f = append(*f, "Invalid mapping expression parameter specified: "+text)
}

// source notes a source that does not compile for its place.
func (f *mappingFaults) source(text string, p mapping.Place) bool {
	if _, err := mapping.CompileExpression(text, p); err != nil {
		f.expression(text)
		return false
	}
	return true
}

func (f mappingFaults) err() error {
	if len(f) == 0 {
		return nil
	}
	return badRequest("%s", "Invalid mapping expression specified: Validation Result: warnings : [], errors : ["+strings.Join(f, ", ")+"]")
}

// isParameter tells whether key is prefix, one of kinds, and a name, with dots between.
func isParameter(key, prefix string, kinds ...string) bool {
	rest, ok := strings.CutPrefix(key, prefix)
	if !ok {
		return false
	}
	kind, name, ok := strings.Cut(rest, ".")
	return ok && slices.Contains(kinds, kind) && isParameterName(name)
}

// isParameterName tells whether mapping expressions can name it: [a-zA-Z0-9._$-]+.
func isParameterName(s string) bool {
	return s != "" && strings.Trim(s, alphanumeric+"._$-") == ""
}

func isMethodParameter(key string) bool {
	return isParameter(key, "method.request.", "querystring", "path", "header")
}

// checkParameterNames checks that no two parameters of a method differ only in where
// they are.
func checkParameterNames(parameters map[string]bool) error {
	seen := make(map[string]bool, len(parameters))
	for key := range parameters {
		_, name, _ := strings.Cut(strings.TrimPrefix(key, "method.request."), ".")
		if seen[name] {
			return badRequest("Parameter names must be unique across querystring, header and path")
		}
		seen[name] = true
	}
	return nil
}

func isIntegrationParameter(key string) bool {
	return isParameter(key, "integration.request.", "querystring", "path", "header")
}

func isResponseHeader(key string) bool { return isParameter(key, "method.response.", "header") }

// declaredAs is the parameter of the method that a source reads; ok is false when it
// reads something else.
func declaredAs(source string) (parameter string, ok bool) {
	rest, ok := strings.CutPrefix(source, "method.request.")
	if !ok {
		return "", false
	}
	kind, name, ok := strings.Cut(rest, ".")
	kind = strings.TrimPrefix(kind, "multivalue")
	return "method.request." + kind + "." + name, ok && kind != "body"
}

// sortedKeys are the keys of m in order, for messages that do not change.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
