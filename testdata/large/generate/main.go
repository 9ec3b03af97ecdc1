// Command generate writes the large definition: 300 resources with four methods
// each, 1,200 in all. They mix integrations that need no backend with HTTP ones.
//
//	go run ./testdata/large/generate > testdata/large/large.json
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
)

func main() {
	w := bufio.NewWriter(os.Stdout)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(document()); err != nil {
		log.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		log.Fatal(err)
	}
}

type object map[string]any

// collections times the 23 resources below each, and the root, are 300.
func collections() []string {
	return []string{
		"accounts", "articles", "carts", "customers", "events", "invoices", "offers", "orders", "payments", "stores",
		"suppliers", "tickets", "warehouses",
	}
}

// parts times two, the collection, its items and its search are 23.
func parts() []string {
	return []string{"addresses", "comments", "contacts", "documents", "history", "images", "labels", "lines", "notes", "prices"}
}

func document() object {
	paths := object{"/": methods("/")}
	for _, c := range collections() {
		root := "/" + c
		paths[root] = methods(root)
		paths[root+"/search"] = methods(root + "/search")
		paths[root+"/{id}"] = methods(root + "/{id}")
		for _, p := range parts() {
			list := root + "/{id}/" + p
			paths[list] = methods(list)
			paths[list+"/{partId}"] = methods(list + "/{partId}")
		}
	}
	return object{
		"openapi": "3.0.1",
		"info":    object{"title": "Large", "version": "1"},
		"x-amazon-apigateway-request-validators": object{
			"all": object{"validateRequestBody": true, "validateRequestParameters": true},
		},
		"paths": paths,
		"components": object{"schemas": object{
			"Item": object{
				"type":     "object",
				"required": []string{"name"},
				"properties": object{
					"name":  object{"type": "string", "minLength": 1},
					"count": object{"type": "integer", "minimum": 0},
					"parts": object{"type": "array", "items": object{"$ref": "#/components/schemas/Item"}},
				},
			},
		}},
	}
}

func methods(path string) object {
	return object{
		"get":    get(path),
		"post":   post(path),
		"put":    put(path),
		"delete": remove(path),
	}
}

// names are the variables of a path.
func names(path string) []string {
	var out []string
	for _, p := range strings.Split(path, "/") {
		if strings.HasPrefix(p, "{") {
			out = append(out, strings.Trim(p, "{}"))
		}
	}
	return out
}

func parameters(path string, more ...object) []object {
	out := []object{}
	for _, n := range names(path) {
		out = append(out, object{"name": n, "in": "path", "required": true, "schema": object{"type": "string"}})
	}
	return append(out, more...)
}

func mappings(path string) object {
	out := object{}
	for _, n := range names(path) {
		out["integration.request.path."+n] = "method.request.path." + n
	}
	return out
}

func response(code string) object {
	return object{code: object{
		"description": code + " response",
		"headers":     object{"x-resource": object{"schema": object{"type": "string"}}},
	}}
}

// get answers without a backend, from a template.
func get(path string) object {
	return object{
		"operationId": "Get" + name(path),
		"parameters":  parameters(path, object{"name": "page", "in": "query", "schema": object{"type": "string"}}),
		"responses":   response("200"),
		"x-amazon-apigateway-integration": object{
			"type":             "mock",
			"requestTemplates": object{"application/json": `{"statusCode": 200}`},
			"responses": object{"default": object{
				"statusCode":         "200",
				"responseParameters": object{"method.response.header.x-resource": "context.resourcePath"},
				"responseTemplates": object{
					"application/json": `{"path": "$context.path", "page": "$input.params('page')"}`,
				},
			}},
		},
	}
}

// post validates its body.
func post(path string) object {
	return object{
		"operationId": "Create" + name(path),
		"parameters":  parameters(path),
		"requestBody": object{"content": object{"application/json": object{
			"schema": object{"$ref": "#/components/schemas/Item"},
		}}},
		"responses":                             response("201"),
		"x-amazon-apigateway-request-validator": "all",
		"x-amazon-apigateway-integration": object{
			"type":             "mock",
			"requestTemplates": object{"application/json": `{"statusCode": 201}`},
			"responses": object{`2\d{2}`: object{
				"statusCode":        "201",
				"responseTemplates": object{"application/json": `{"created": "$context.requestId"}`},
			}},
		},
	}
}

func put(path string) object {
	return object{
		"operationId": "Replace" + name(path),
		"parameters":  parameters(path),
		"responses":   response("200"),
		"x-amazon-apigateway-integration": object{
			"type":              "http",
			"httpMethod":        "PUT",
			"uri":               "http://127.0.0.1:4567/large" + path,
			"requestParameters": mappings(path),
			"responses":         object{"default": object{"statusCode": "200"}},
		},
	}
}

func remove(path string) object {
	return object{
		"operationId": "Delete" + name(path),
		"parameters":  parameters(path),
		"responses":   object{},
		"x-amazon-apigateway-integration": object{
			"type":              "http_proxy",
			"httpMethod":        "DELETE",
			"uri":               "http://127.0.0.1:4567/large" + path,
			"requestParameters": mappings(path),
		},
	}
}

// name is the path as part of an operation's name: /carts/{id} is CartsId.
func name(path string) string {
	var b strings.Builder
	for _, p := range strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '{' || r == '}' }) {
		fmt.Fprintf(&b, "%s%s", strings.ToUpper(p[:1]), p[1:])
	}
	if b.Len() == 0 {
		return "Root"
	}
	return b.String()
}
