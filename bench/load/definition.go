//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// object is a JSON object of a definition; sluice.yaml is written as JSON, too.
type object = map[string]any

// mockBody is what MOCK and the bare server answer.
const mockBody = `{"hello":"world"}`

// project is what sluice is to serve in a scenario.
type project struct {
	definition object
	settings   object            // of sluice.yaml, beside apis
	stage      object            // of each stage, beside its name
	apis       int               // how many APIs have the definition; 0 is 1
	stages     int               // of each API; 0 is 1
	files      map[string]string // beside the definition
}

// write writes the project's files and returns the path of its sluice.yaml.
func (p *project) write(dir string) (string, error) {
	files := map[string]string{}
	for name, content := range p.files {
		files[name] = content
	}
	definition, err := json.Marshal(p.definition)
	if err != nil {
		return "", err
	}
	files["api.json"] = string(definition)
	apis := []object{}
	for a := range max(p.apis, 1) {
		stages := []object{}
		for s := range max(p.stages, 1) {
			stage := object{"name": stageName(s)}
			for k, v := range p.stage {
				stage[k] = v
			}
			stages = append(stages, stage)
		}
		apis = append(apis, object{"definition": "api.json", "id": apiID(a), "stages": stages})
	}
	// The account's limit is the real service's; here it would be what is measured.
	settings := object{"apis": apis, "account": object{"throttle": "unlimited"}}
	for k, v := range p.settings {
		settings[k] = v
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return "", err
	}
	files["sluice.yaml"] = string(text)
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, "sluice.yaml"), nil
}

func apiID(i int) string { return fmt.Sprintf("bench%d", i) }

func stageName(i int) string {
	if i == 0 {
		return "dev"
	}
	return fmt.Sprintf("stage%d", i)
}

// openAPI is a definition with paths.
func openAPI(paths object, more ...object) object {
	d := object{
		"openapi": "3.0.1", "info": object{"title": "bench", "version": "1"}, "paths": paths,
	}
	for _, o := range more {
		for k, v := range o {
			d[k] = v
		}
	}
	return d
}

// operation is a method with an integration.
func operation(integration object, more ...object) object {
	o := object{
		"responses":                       object{"200": object{"description": "OK"}},
		"x-amazon-apigateway-integration": integration,
	}
	for _, m := range more {
		for k, v := range m {
			o[k] = v
		}
	}
	return o
}

func mockIntegration(template string) object {
	return object{
		"type": "mock", "requestTemplates": object{"application/json": `{"statusCode": 200}`},
		"responses": object{"default": object{"statusCode": "200", "responseTemplates": object{"application/json": template}}},
	}
}

func proxyIntegration(method, upstream, path string) object {
	return object{"type": "http_proxy", "httpMethod": method, "uri": "http://" + upstream + path}
}

func functionURI(name string) string {
	return "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:" + name + "/invocations"
}

// securityScheme is a definition's part with one authorizer.
func securityScheme(name, kind string, authorizer object) object {
	return object{"components": object{"securitySchemes": object{name: object{
		"type": "apiKey", "name": "Authorization", "in": "header",
		"x-amazon-apigateway-authtype": kind, "x-amazon-apigateway-authorizer": authorizer,
	}}}}
}

// manyResources are n resources, each with a path parameter that its backend gets.
func manyResources(n int, upstream string) object {
	paths := object{}
	for i := range n {
		integration := proxyIntegration("GET", upstream, fmt.Sprintf("/r%d/{id}", i))
		integration["requestParameters"] = object{"integration.request.path.id": "method.request.path.id"}
		paths[fmt.Sprintf("/r%d/{id}", i)] = object{"get": operation(integration, object{
			"parameters": []object{{"name": "id", "in": "path", "required": true, "schema": object{"type": "string"}}},
		})}
	}
	return paths
}
