package runtime

import (
	"bufio"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"sluice/api"
)

// TestExchangesDoNotMix: exchanges and their buffers go from request to request.
// Clients on kept connections use every kind of integration, answer and failure
// at once, and each must get back its own token and nobody else's.
func TestExchangesDoNotMix(t *testing.T) {
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Token", r.URL.Query().Get("t"))
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprintf(w, "%s|%s|%s|%s", r.URL.Path, r.URL.Query().Get("t"), r.Header.Get("X-In"), body)
	}))
	t.Cleanup(echo.Close)
	host, port, _ := strings.Cut(strings.TrimPrefix(echo.URL, "http://"), ":")

	b := newAPI()
	size := 512
	b.snapshot.RestApi.MinimumCompressionSize = &size
	b.snapshot.RestApi.BinaryMediaTypes = []string{"image/png"}
	b.stage.Variables = map[string]string{"host": host}
	b.stage.MethodSettings = map[string]*api.MethodSetting{"~1logged/POST": {LoggingLevel: "INFO", DataTraceEnabled: true, ThrottlingRateLimit: -1, ThrottlingBurstLimit: -1}}
	b.snapshot.RequestValidators = []*api.RequestValidator{{ID: "v", ValidateRequestParameters: true}}
	mock := mockIntegration("")
	mock.RequestTemplates["application/json"] = `#set($context.responseOverride.header.X-Early = $input.params('t')){"statusCode":200}`
	mock.IntegrationResponses["200"].ResponseTemplates["application/json"] = `$input.params('t')|$context.responseOverride.header.X-Early#set($context.responseOverride.header.X-Token = $input.params('t'))`
	b.method("POST", "/mock", mock)
	mapped := httpIntegration(api.IntegrationHTTP, "POST", "http://{h}:"+port+"/{p}")
	mapped.RequestParameters = map[string]string{
		"integration.request.path.h": "stageVariables.host", "integration.request.path.p": "method.request.querystring.t",
		"integration.request.header.X-In": "method.request.multivalueheader.X-Two", "integration.request.querystring.t": "method.request.body.t",
	}
	mapped.RequestTemplates = map[string]string{"application/json": `$input.json('$')$context.httpMethod`}
	mapped.IntegrationResponses["200"].ResponseParameters = map[string]string{"method.response.header.X-Token": "integration.response.header.X-Token"}
	b.method("POST", "/mapped", mapped)
	logged := *mapped
	b.method("POST", "/logged", &logged)
	b.method("POST", "/proxy", httpIntegration(api.IntegrationHTTPProxy, "POST", echo.URL+"/p"))
	binary := httpIntegration(api.IntegrationHTTP, "POST", echo.URL+"/b")
	binary.ContentHandling = api.ConvertToText
	binary.RequestParameters = map[string]string{"integration.request.querystring.t": "method.request.querystring.t"}
	binary.IntegrationResponses["200"].ResponseParameters = map[string]string{"method.response.header.X-Token": "integration.response.header.X-Token"}
	b.method("POST", "/binary", binary)
	strict := b.method("POST", "/strict", mockIntegration(""))
	strict.RequestValidatorID, strict.RequestParameters = "v", map[string]bool{"method.request.querystring.missing": true}
	b.snapshot.GatewayResponses = []*api.GatewayResponse{
		{ResponseType: api.Default4XX, ResponseParameters: map[string]string{"gatewayresponse.header.X-Token": "method.request.querystring.t"}, ResponseTemplates: map[string]string{"application/json": `$method.request.querystring.t|$context.path`}},
		{ResponseType: api.Default5XX, ResponseParameters: map[string]string{"gatewayresponse.header.X-Token": "method.request.querystring.t"}},
	}
	broken := httpIntegration(api.IntegrationHTTPProxy, "POST", "http://127.0.0.1:1/")
	b.method("POST", "/broken", broken)
	r := b.start(t)

	long := strings.Repeat("0123456789", 200)
	targets := []struct {
		path, contentType string
		status            int
		want              func(token, body string) string
	}{
		{"/mock", "application/json", 200, func(token, _ string) string { return token + "|" + token }},
		{"/mapped", "application/json", 200, func(token, body string) string {
			return "/" + token + "|" + token + "|1" + token + ",2" + token + "|" + body + "POST"
		}},
		{"/logged", "application/json", 200, func(token, body string) string {
			return "/" + token + "|" + token + "|1" + token + ",2" + token + "|" + body + "POST"
		}},
		{"/proxy", "text/plain", 200, func(token, body string) string { return "/p|" + token + "||" + body }},
		{"/binary", "image/png", 200, func(token, body string) string {
			return "/b|" + token + "||" + base64.StdEncoding.EncodeToString([]byte(body))
		}},
		{"/strict", "text/plain", 400, func(token, _ string) string { return token + "|/dev/strict" }},
		{"/nope", "text/plain", 403, func(token, _ string) string { return token + "|/dev/nope" }},
		{"/broken", "text/plain", 504, func(string, string) string { return `{"message": "Network error communicating with endpoint"}` }},
	}
	var wg sync.WaitGroup
	for client := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c, err := net.Dial("tcp", r.addr)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			br := bufio.NewReader(c)
			for i := range 120 {
				target := targets[(i*7+client)%len(targets)]
				token := fmt.Sprintf("c%di%d", client, i)
				body := `{"t":"` + token + `"}`
				if i%3 == 0 {
					body = `{"t":"` + token + `","long":"` + long[:(i*13)%len(long)] + `"}`
				}
				fmt.Fprintf(c, "POST /dev%s?t=%s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nX-Two: 1%s\r\nX-Two: 2%s\r\nAccept-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s",
					target.path, token, target.contentType, token, token, len(body), body)
				a, err := readAnswer(br, "POST")
				if err != nil {
					t.Errorf("%s: %v", target.path, err)
					return
				}
				got := a.body
				if a.get("Content-Encoding") == "gzip" {
					zr, err := gzip.NewReader(strings.NewReader(a.body))
					if err != nil {
						t.Error(err)
						return
					}
					plain, _ := io.ReadAll(zr)
					got = string(plain)
				}
				if want := target.want(token, body); a.status != target.status || got != want || a.get("X-Token") != token {
					t.Errorf("%s of %s: %d %q, X-Token %q, want %d %q", target.path, token, a.status, got, a.get("X-Token"), target.status, want)
					return
				}
			}
		}()
	}
	wg.Wait()
}
