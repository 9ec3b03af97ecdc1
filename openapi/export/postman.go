package export

import (
	"strings"

	"sluice/api"
)

// collection is the API as a Postman collection (format 2.1), one request a
// method, which Postman imports. What the service itself writes for
// extensions=postman is documented nowhere.
func (x *exporter) collection() *object {
	items := list{}
	for _, r := range x.snap.Resources {
		for _, name := range methodsInOrder() {
			if m := r.ResourceMethods[name]; m != nil {
				items = append(items, x.postmanItem(r, name, m))
			}
		}
	}
	return newObject().
		set("info", newObject().
			set("name", x.snap.RestApi.Name).
			set("schema", "https://schema.getpostman.com/json/collection/v2.1.0/collection.json")).
		set("item", items).
		set("variable", list{
			newObject().set("key", "baseUrl").set("value", "https://"+x.host()+"/"+x.opts.Stage),
			newObject().set("key", "apiKey").set("value", ""),
		})
}

func (x *exporter) postmanItem(r *api.Resource, name string, m *api.Method) *object {
	verb := name
	if name == api.MethodAny {
		verb = "GET"
	}
	headers, query, variables := list{}, list{}, list{}
	for _, full := range sortedKeys(m.RequestParameters) {
		kind, parameter, _ := strings.Cut(strings.TrimPrefix(full, "method.request."), ".")
		entry := newObject().set("key", parameter).set("value", "")
		if kind != "path" && !m.RequestParameters[full] {
			entry.set("disabled", true)
		}
		switch kind {
		case "header":
			headers = append(headers, entry)
		case "querystring":
			query = append(query, entry)
		}
	}
	if m.APIKeyRequired {
		headers = append(headers, newObject().set("key", "x-api-key").set("value", "{{apiKey}}"))
	}
	var path list
	for part := range strings.SplitSeq(strings.Trim(r.Path, "/"), "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			name = strings.TrimRight(name, "+}")
			variables = append(variables, newObject().set("key", name).set("value", ""))
			part = ":" + name
		}
		path = append(path, part)
	}
	raw := "{{baseUrl}}"
	for _, part := range path {
		raw += "/" + part.(string)
	}
	url := newObject().set("raw", raw).set("host", list{"{{baseUrl}}"}).set("path", path)
	if len(query) > 0 {
		url.set("query", query)
	}
	if len(variables) > 0 {
		url.set("variable", variables)
	}
	request := newObject().set("method", verb).set("header", headers).set("url", url)
	if len(m.RequestModels) > 0 {
		headers = append(headers, newObject().set("key", "Content-Type").set("value", jsonFirst(keysOf(m.RequestModels))[0]))
		request.set("header", headers).set("body", newObject().set("mode", "raw").set("raw", ""))
	}
	title := m.OperationName
	if title == "" {
		title = name + " " + r.Path
	}
	return newObject().set("name", title).set("request", request)
}

func keysOf(m map[string]string) map[string]bool {
	out := make(map[string]bool, len(m))
	for k := range m {
		out[k] = true
	}
	return out
}
