//go:build linux

package main

import (
	"fmt"
	"strings"
)

// kind tells the yardstick of a scenario.
type kind uint8

const (
	answering kind = iota // the gateway answers itself: a bare fasthttp server
	proxying              // a backend answers: a bare fasthttp reverse proxy
)

// scenario is one kind of request.
type scenario struct {
	name   string // in tables; also selects it
	kind   kind
	target float64 // most CPU a request, relative to the yardstick; 0: not set
	routes int     // that peers get, too; 0: one
	apart  bool    // only the yardstick can do something like it
	// project makes what sluice serves; requests are what clients send.
	project  func(upstream string) (*project, error)
	requests func() [][]byte
}

const headers = "Host: localhost\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: application/json\r\n" +
	"Accept-Encoding: gzip, deflate, br\r\nAccept-Language: en\r\n"

func get(path, more string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\n" + headers + more + "\r\n")
}

func post(path, more, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\n%s%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, headers, more, len(body), body)
}

func one(r []byte) func() [][]byte { return func() [][]byte { return [][]byte{r} } }

// hello is a project with one method GET /hello.
func hello(op object, more ...object) *project {
	return &project{definition: openAPI(object{"/hello": object{"get": op}}, more...)}
}

const (
	apiKey     = "bench-key-0123456789abcdef"
	judgeToken = "allow-me"
	pool       = "us-east-1_bench"
)

// judge is the TOKEN authorizer; it is asked once, then its answer is cached.
const judge = `exports.handler = async (event) => ({
  principalId: "ann",
  policyDocument: {Version: "2012-10-17", Statement: [{Action: "execute-api:Invoke", Effect: "Allow", Resource: event.methodArn}]},
});
`

const function = `exports.handler = async (event) => ({
  statusCode: 200,
  headers: {"content-type": "application/json"},
  body: JSON.stringify({path: event.path, id: event.requestContext.requestId}),
});
`

const requestTemplate = `#set($root = $input.path('$'))
{"name": $input.json('$.name'), "kind": "$util.escapeJavaScript($root.kind)", "tags": [#foreach($t in $root.tags)"$t"#if($foreach.hasNext), #end#end], "at": "$context.requestTimeEpoch"}`

const responseTemplate = `#set($root = $input.path('$'))
{"id": $root.id, "name": "$root.name", "city": "$root.owner.city", "tags": $input.json('$.tags'), "request": "$context.requestId"}`

// scenarios are all of them. A token of a user pool is made for each run.
func scenarios() ([]scenario, error) {
	keySet, idToken, err := userPool(pool, "client")
	if err != nil {
		return nil, err
	}
	authorization := "Authorization: " + idToken + "\r\n"
	return []scenario{
		{
			name: "mock", kind: answering, target: 1.30, requests: one(get("/dev/hello", "")),
			project: func(string) (*project, error) { return hello(operation(mockIntegration(mockBody))), nil },
		},
		{
			name: "mock-template", kind: answering, apart: true, requests: one(post("/dev/hello", "", `{"name":"world","list":[1,2,3]}`)),
			project: func(string) (*project, error) {
				op := operation(mockIntegration(`{"hello":"$input.params('name')","id":"$context.requestId"}`))
				op["x-amazon-apigateway-integration"].(object)["requestTemplates"] = object{
					"application/json": `{"statusCode": #if($input.path('$.name') == "world")200#{else}404#end}`,
				}
				return &project{definition: openAPI(object{"/hello": object{"post": op}})}, nil
			},
		},
		{
			name: "proxy-get", kind: proxying, target: 1.15, requests: one(get("/dev/hello", "")),
			project: func(up string) (*project, error) { return hello(operation(proxyIntegration("GET", up, "/hello"))), nil },
		},
		{
			name: "proxy-post", kind: proxying, target: 1.15, requests: one(post("/dev/hello", "", upstreamBody)),
			project: func(up string) (*project, error) {
				return &project{definition: openAPI(object{"/hello": object{"post": operation(proxyIntegration("POST", up, "/hello"))}})}, nil
			},
		},
		{
			name: "http-templates", kind: proxying, apart: true, requests: one(post("/dev/hello", "", upstreamBody)),
			project: func(up string) (*project, error) {
				return &project{definition: openAPI(object{"/hello": object{"post": operation(object{
					"type": "http", "httpMethod": "POST", "uri": "http://" + up + "/hello",
					"requestTemplates": object{"application/json": requestTemplate},
					"responses": object{"default": object{
						"statusCode": "200", "responseTemplates": object{"application/json": responseTemplate},
					}},
				})}})}, nil
			},
		},
		{
			name: "key-throttle-quota", kind: proxying, target: 1.20, apart: true, requests: one(get("/dev/hello", "X-API-Key: "+apiKey+"\r\n")),
			project: func(up string) (*project, error) {
				op := operation(proxyIntegration("GET", up, "/hello"), object{"security": []object{{"key": []string{}}}})
				p := hello(op, object{"components": object{"securitySchemes": object{
					"key": object{"type": "apiKey", "name": "x-api-key", "in": "header"},
				}}})
				p.stage = object{"methodSettings": object{"*/*": object{"throttlingRateLimit": 1000000, "throttlingBurstLimit": 1000000}}}
				p.settings = object{
					"apiKeys": []object{{"id": "ann", "value": apiKey}},
					"usagePlans": []object{{
						"id": "gold", "keys": []string{"ann"}, "apiStages": []object{{"apiId": apiID(0), "stage": stageName(0)}},
						"throttle": object{"rateLimit": 1000000, "burstLimit": 1000000},
						"quota":    object{"limit": 2000000000, "period": "DAY"},
					}},
				}
				return p, nil
			},
		},
		{
			name: "token-cached", kind: proxying, target: 1.20, apart: true, requests: one(get("/dev/hello", "Authorization: "+judgeToken+"\r\n")),
			project: func(up string) (*project, error) {
				op := operation(proxyIntegration("GET", up, "/hello"), object{"security": []object{{"judge": []string{}}}})
				p := hello(op, securityScheme("judge", "custom", object{
					"type": "token", "authorizerUri": functionURI("judge"), "authorizerResultTtlInSeconds": 300,
				}))
				p.settings = object{"functions": []object{{"name": "judge", "file": "judge.js"}}}
				p.files = map[string]string{"judge.js": judge}
				return p, nil
			},
		},
		{
			name: "cognito", kind: proxying, target: 1.25, apart: true, requests: one(get("/dev/hello", authorization)),
			project: func(up string) (*project, error) {
				op := operation(proxyIntegration("GET", up, "/hello"), object{"security": []object{{"pool": []string{}}}})
				p := hello(op, securityScheme("pool", "cognito_user_pools", object{
					"type": "cognito_user_pools", "providerARNs": []string{"arn:aws:cognito-idp:us-east-1:000000000000:userpool/" + pool},
				}))
				p.settings = object{"jwks": object{pool: "keys.json"}}
				p.files = map[string]string{"keys.json": keySet}
				return p, nil
			},
		},
		{
			name: "function", kind: answering, apart: true, requests: one(get("/dev/hello", "")),
			project: func(string) (*project, error) {
				p := hello(operation(object{"type": "aws_proxy", "httpMethod": "POST", "uri": functionURI("show")}))
				p.settings = object{"functions": []object{{"name": "show", "file": "show.js"}}}
				p.files = map[string]string{"show.js": function}
				return p, nil
			},
		},
		{
			name: "cache-hit", kind: answering, apart: true, requests: one(get("/dev/hello", "")),
			project: func(up string) (*project, error) {
				p := hello(operation(proxyIntegration("GET", up, "/hello")))
				p.stage = object{
					"cacheClusterEnabled": true, "cacheClusterSize": "0.5",
					"methodSettings": object{"*/*": object{"cachingEnabled": true, "cacheTtlInSeconds": 3600}},
				}
				return p, nil
			},
		},
		resources(10), resources(300), resources(10000),
		stages(1), stages(1000),
	}, nil
}

// resources is a proxy with n resources, all of which are asked for.
func resources(n int) scenario {
	return scenario{
		name: fmt.Sprintf("resources-%d", n), kind: proxying, target: 1.15, routes: n,
		project: func(up string) (*project, error) { return &project{definition: openAPI(manyResources(n, up))}, nil },
		requests: func() (all [][]byte) {
			for i := range n {
				all = append(all, get(fmt.Sprintf("/dev/r%d/%d", spread(i, n), i), ""))
			}
			return all
		},
	}
}

// stages is a proxy with n stages of ten resources, ten stages an API as the real
// service allows, all of which are asked for.
func stages(n int) scenario {
	apis, each := max(n/10, 1), min(n, 10)
	return scenario{
		name: fmt.Sprintf("stages-%d", n), kind: proxying, apart: true,
		project: func(up string) (*project, error) {
			return &project{definition: openAPI(manyResources(10, up)), apis: apis, stages: each}, nil
		},
		requests: func() (all [][]byte) {
			for i := range n {
				at := spread(i, n)
				all = append(all, get(fmt.Sprintf("/restapis/%s/%s/_user_request_/r%d/%d", apiID(at/each), stageName(at%each), i%10, i), ""))
			}
			return all
		},
	}
}

// spread is a permutation of 0 to n-1, so that neighbours are not asked for in a row.
func spread(i, n int) int {
	const prime = 7919
	if n%prime == 0 {
		return i
	}
	return i * prime % n
}

// selected reports whether a list of names, separated by commas, has name or
// what it begins with. An empty list has all.
func selected(list, name string) bool {
	if list == "" {
		return true
	}
	for s := range strings.SplitSeq(list, ",") {
		if s != "" && strings.HasPrefix(name, s) {
			return true
		}
	}
	return false
}
