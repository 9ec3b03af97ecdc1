package control

import (
	"slices"
	"strings"

	"sluice/api"
	"sluice/control/patch"
)

func updateMethod(c *call) (any, error) {
	var out *api.Method
	err := c.changeMethod(func(t *tx, m *api.Method) error {
		out = m
		if err := applyPatch(c, methodPatch(), m); err != nil {
			return err
		}
		return checkMethod(t, c.path["restapi_id"], m)
	})
	return out, err
}

func methodPatch() *patch.Table[*api.Method] {
	return patch.NewTable(patch.Terse,
		patch.Rule[*api.Method]{Path: "/apiKeyRequired", Ops: []string{patch.Replace}, Apply: func(m *api.Method, o patch.Operation, _ []string) error {
			m.APIKeyRequired = o.Bool()
			return nil
		}},
		patch.Rule[*api.Method]{Path: "/authorizationType", Ops: []string{patch.Replace}, Apply: func(m *api.Method, o patch.Operation, _ []string) error {
			m.AuthorizationType = strings.ToUpper(o.Text())
			return nil
		}},
		replaceText("/authorizerId", func(m *api.Method) *string { return &m.AuthorizerID }),
		replaceText("/operationName", func(m *api.Method) *string { return &m.OperationName }),
		replaceText("/requestValidatorId", func(m *api.Method) *string { return &m.RequestValidatorID }),
		patch.Rule[*api.Method]{Path: "/authorizationScopes", Ops: []string{patch.Add, patch.Remove}, Apply: func(m *api.Method, o patch.Operation, _ []string) error {
			m.AuthorizationScopes = addOrRemove(m.AuthorizationScopes, o)
			return nil
		}},
		patchParameters("/requestParameters/{name}", func(m *api.Method) *map[string]bool { return &m.RequestParameters }, patch.Operation.Bool),
		patchTypes("/requestModels/{type}", func(m *api.Method) *map[string]string { return &m.RequestModels }),
	)
}

// replaceText is the rule of a member that is text and can only be replaced.
func replaceText[T any](path string, member func(T) *string) patch.Rule[T] {
	return patch.Rule[T]{Path: path, Ops: []string{patch.Replace}, Apply: func(v T, o patch.Operation, _ []string) error {
		*member(v) = o.Text()
		return nil
	}}
}

// addOrRemove changes a list by the value of an operation. What is there is not added
// again.
func addOrRemove(list []string, o patch.Operation) []string {
	i := slices.Index(list, o.Text())
	switch {
	case o.Op == patch.Remove && i >= 0:
		return slices.Delete(list, i, i+1)
	case o.Op == patch.Add && i < 0:
		return append(list, o.Text())
	}
	return list
}

// patchParameters is the rule of a map of parameters, patchTypes that of a map by
// content type. What is replaced or removed must be there, and the service has a text
// for each (recorded for method responses).
func patchParameters[T, V any](path string, member func(T) *map[string]V, value func(patch.Operation) V) patch.Rule[T] {
	return patchMap(path, "Invalid parameter name specified", member, value)
}

func patchTypes[T any](path string, member func(T) *map[string]string) patch.Rule[T] {
	return patchMap(path, "Content-Type specified was not found", member, patch.Operation.Text)
}

func patchMap[T, V any](path, absent string, member func(T) *map[string]V, value func(patch.Operation) V) patch.Rule[T] {
	return patch.Rule[T]{Path: path, Ops: []string{patch.Add, patch.Replace, patch.Remove}, Apply: func(v T, o patch.Operation, names []string) error {
		m := member(v)
		if _, ok := (*m)[names[0]]; !ok && o.Op != patch.Add {
			return notFound("%s", absent)
		}
		if o.Op == patch.Remove {
			delete(*m, names[0])
			if len(*m) == 0 {
				*m = nil // the member disappears with its last entry (recorded)
			}
			return nil
		}
		if *m == nil {
			*m = map[string]V{}
		}
		(*m)[names[0]] = value(o)
		return nil
	}}
}
