package runtime

import (
	"strings"
	"testing"

	"sluice/api"
	"sluice/lambda"
	"sluice/runtime/edge"
)

// BenchmarkProxyEvent builds the event of a typical request: a browser's headers, two
// query parameters, a path parameter, a stage variable and a kilobyte of JSON.
func BenchmarkProxyEvent(b *testing.B) {
	a := newAPI()
	a.stage.Variables = map[string]string{"table": "pets"}
	a.method("POST", "/pets/{id}", functionIntegration(api.IntegrationAWSProxy, "echo"))
	fns := &fakeFunctions{answers: map[string]func(*lambda.Invocation) (*lambda.Result, error){"echo": answerWith(`{"statusCode":200}`)}}
	r := startGateway(b, Options{Functions: fns})
	r.deploy(Deployment{Snapshot: a.snapshot, Stage: a.stage})
	body := `{"name":"` + strings.Repeat("x", 1024-11) + `"}`
	request := "POST /_aws/execute-api/" + a.snapshot.RestApi.ID + "/dev/pets/7?kind=dog&size=3 HTTP/1.1\r\n" +
		"Host: api.example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n" +
		"Accept: application/json, text/plain, */*\r\nAccept-Language: en-GB,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\n" +
		"Content-Type: application/json\r\nContent-Length: 1024\r\nOrigin: https://example.com\r\nReferer: https://example.com/pets\r\n" +
		"Authorization: Bearer abcdefghijklmnopqrstuvwxyz\r\nCookie: session=0123456789abcdef\r\n\r\n"
	var q edge.Request
	if refusal := edge.Parse([]byte(request), &q); refusal != nil {
		b.Fatal(refusal)
	}
	q.Body = []byte(body)
	x := acquireExchange(r.gateway, &q, new(edge.Answer))
	defer x.release()
	if f := x.steps("api.example.com"); f != nil {
		b.Fatal(f)
	}
	event := x.appendProxyEvent(nil)
	if !strings.Contains(string(event), `"pathParameters":{"id":"7"}`) {
		b.Fatalf("%s", event)
	}
	b.SetBytes(int64(len(event)))
	b.ReportAllocs()
	for b.Loop() {
		x.buf = x.appendProxyEvent(x.buf[:0])
	}
}
