package control

import (
	"encoding/json"
	"strings"
	"testing"
)

// A clone is the same under fresh ids: nothing of it names the source, and what
// refers to something refers to the copy.
func TestClone(t *testing.T) {
	f := newFixture(t)
	document := `{"openapi":"3.0.1","info":{"title":"source","version":"7"},
		"x-amazon-apigateway-binary-media-types":["image/png"],"x-amazon-apigateway-minimum-compression-size":10,"x-amazon-apigateway-api-key-source":"AUTHORIZER",
		"x-amazon-apigateway-gateway-responses":{"THROTTLED":{"statusCode":"420"}},
		"x-amazon-apigateway-policy":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*"}]},
		"x-amazon-apigateway-request-validators":{"all":{"validateRequestBody":true,"validateRequestParameters":true}},"x-amazon-apigateway-request-validator":"all",
		"components":{"schemas":{"Pet":{"type":"object","properties":{"kind":{"$ref":"#/components/schemas/Kind"}}},"Kind":{"type":"string"}},
			"securitySchemes":{"a":{"type":"apiKey","name":"Authorization","in":"header","x-amazon-apigateway-authtype":"custom",
				"x-amazon-apigateway-authorizer":{"type":"token","authorizerUri":"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:f/invocations"}}}},
		"paths":{"/pets/{id}":{"post":{"security":[{"a":[]}],"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Pet"}}}},
			"responses":{"200":{"description":""}},"x-amazon-apigateway-integration":{"type":"mock"}}}}}`
	source := f.do("POST", "/restapis?mode=import", document)
	if source.status != 201 {
		t.Fatal(source.body)
	}
	id := source.member("id")
	f.make("POST", "/restapis/"+id+"/documentation/parts", `{"location":{"type":"API"},"properties":"{}"}`)
	clone := f.make("POST", "/restapis", `{"name":"clone","cloneFrom":"`+id+`"}`)
	cloneID := clone["id"].(string)
	if got := string(must(json.Marshal([]any{clone["binaryMediaTypes"], clone["minimumCompressionSize"], clone["apiKeySource"], clone["version"]}))); got != `[["image/png"],10,"AUTHORIZER",null]` {
		t.Errorf("settings are %s", got)
	}
	var ids []string // of the source
	for key := range f.records() {
		if parts := strings.Split(key, "/"); len(parts) == 4 && parts[2] == id && (parts[0] == "resource" || parts[0] == "validator" || parts[0] == "authorizer") {
			ids = append(ids, parts[3])
		}
	}
	copied := 0
	for key, value := range f.records() {
		if !strings.Contains(key, cloneID) {
			continue
		}
		copied++
		for _, old := range append(ids, id) {
			if strings.Contains(key, old) || strings.Contains(value, `"`+old+`"`) || strings.Contains(value, old+"/") {
				t.Errorf("%s names %s of the source: %s", key, old, value)
			}
		}
	}
	if len(ids) != 5 || copied != 1+3+2+1+1+1 {
		t.Errorf("%d ids of the source, %d records of the clone", len(ids), copied)
	}
	first, second := f.definition(id), f.definition(cloneID)
	first = strings.NewReplacer(`"name": "source"`, `"name": "clone"`, "\n  \"version\": \"7\"", "", `"rootResourceId": "resource /",`, `"rootResourceId": "resource /"`).Replace(first)
	if i := strings.Index(first, ` "documentationParts"`); i >= 0 {
		j := strings.Index(first[i:], "\n ],")
		first = first[:i] + first[i+j+len("\n ],\n"):]
	}
	if first != second {
		t.Errorf("the clone is another API:\n%s", firstDifference(first, second))
	}
}
