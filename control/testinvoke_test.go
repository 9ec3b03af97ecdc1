package control

import (
	"regexp"
	"strings"
	"testing"
)

func TestTestInvoke(t *testing.T) { runScenarios(t, "testinvoke.json") }

// madeMethod makes an API with a method GET /pets/{id} and a MOCK behind it that shows
// what it was called with.
func (f *fixture) madeMethod() (apiURL, method string) {
	f.Helper()
	a := f.make("POST", "/restapis", `{"name":"a"}`)
	apiURL = "/restapis/" + a["id"].(string)
	pets := f.make("POST", apiURL+"/resources/"+a["rootResourceId"].(string), `{"pathPart":"pets"}`)
	pet := f.make("POST", apiURL+"/resources/"+pets["id"].(string), `{"pathPart":"{id}"}`)
	method = apiURL + "/resources/" + pet["id"].(string) + "/methods/GET"
	f.make("PUT", method, `{"authorizationType":"AWS_IAM","apiKeyRequired":true}`)
	f.make("PUT", method+"/integration", map[string]any{
		"type": "MOCK", "requestTemplates": map[string]string{"application/json": `{"statusCode": 200}`},
	})
	f.make("PUT", method+"/responses/200", `{"responseParameters":{"method.response.header.X-Who":true}}`)
	f.make("PUT", method+"/integration/responses/200", map[string]any{
		"responseParameters": map[string]string{"method.response.header.X-Who": "context.identity.accessKey"},
		"responseTemplates": map[string]string{
			"application/json": `$input.params('id') $input.params('q') $input.params('H') $stageVariables.v $context.stage $context.identity.userArn`,
		},
	})
	return apiURL, method
}

// The members and the log are those of a recorded call; authorization and the API key
// are skipped (aws-facts: test-invoke, 1).
func TestInvokeMethod(t *testing.T) {
	f := newFixture(t)
	_, method := f.madeMethod()
	a := f.make("POST", method, map[string]any{
		"pathWithQueryString": "/pets/7?q=a%20b", "headers": map[string]string{"H": "h"}, "stageVariables": map[string]string{"v": "V"}, "body": "x",
	})
	if len(a) != 6 {
		t.Errorf("members are %v", sortedKeys(a))
	}
	if a["status"] != 200.0 || a["body"] != "7 a b h V test-invoke-stage arn:aws:iam::123456789012:root" {
		t.Errorf("%v %q", a["status"], a["body"])
	}
	headers := a["headers"].(map[string]any)
	if headers["X-Who"] != "test" || headers["Content-Type"] != "application/json" {
		t.Errorf("headers are %v", headers)
	}
	if many := a["multiValueHeaders"].(map[string]any); len(many) != len(headers) || many["X-Who"].([]any)[0] != "test" {
		t.Errorf("multiValueHeaders are %v", many)
	}
	if latency, ok := a["latency"].(float64); !ok || latency < 0 {
		t.Errorf("latency is %v", a["latency"])
	}
	log, _ := a["log"].(string)
	lines := strings.Split(log, "\n")
	if !regexp.MustCompile(`^Execution log for request [0-9a-f-]{36}$`).MatchString(lines[0]) || !strings.HasSuffix(log, "Method completed with status: 200\n") ||
		!strings.Contains(log, "HTTP Method: GET, Resource Path: /pets/7\n") {
		t.Errorf("log is\n%s", log)
	}
}

// What a method makes of a request is no error of the call, not even a template that
// is none.
func TestInvokeBrokenMethod(t *testing.T) {
	f := newFixture(t)
	_, method := f.madeMethod()
	f.make("PUT", method+"/integration", `{"type":"MOCK","requestTemplates":{"application/json":"#if("}}`)
	a := f.make("POST", method, `{}`)
	if a["status"] != 500.0 || !strings.Contains(a["log"].(string), "Method completed with status: 500\n") {
		t.Errorf("%v", a)
	}
	f.refuses("POST", method, `{"headers":{"a b":"c"}}`, 400, "BadRequestException", `invalid test call: header "a b" is none that can be sent`)
}

func TestInvokeAuthorizer(t *testing.T) {
	f := newFixture(t)
	apiURL, _ := f.madeMethod()
	uri := "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:f/invocations"
	a := f.make("POST", apiURL+"/authorizers", map[string]string{"name": "t", "type": "TOKEN", "authorizerUri": uri, "identitySource": "method.request.header.Authorization"})
	path := apiURL + "/authorizers/" + a["id"].(string)
	// There are no functions here: the authorizer cannot be asked.
	out := f.make("POST", path, `{"headers":{"Authorization":"x"}}`)
	if out["clientStatus"] != 500.0 || !strings.HasPrefix(out["log"].(string), "Execution log for request ") || out["latency"] == nil {
		t.Errorf("%v", out)
	}
	if _, ok := out["policy"]; ok {
		t.Errorf("there is a policy: %v", out)
	}
	out = f.make("POST", path, `{}`)
	if out["clientStatus"] != 401.0 {
		t.Errorf("without a token: %v", out)
	}
}
