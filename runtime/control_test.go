package runtime

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

const signedForAPIGateway = "Authorization: AWS4-HMAC-SHA256 Credential=AKID/20261124/eu-west-1/apigateway/aws4_request, SignedHeaders=host;x-amz-date, Signature=00"

// TestServeControl checks which requests go to the control plane and how they arrive.
func TestServeControl(t *testing.T) {
	r := startGateway(t, Options{})
	r.publish(simpleAPI("one", "data plane"))
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		switch r.URL.Path {
		case "/panic":
			panic("no")
		case "/abort":
			panic(http.ErrAbortHandler)
		case "/nothing":
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header()["x-amzn-ErrorType"] = []string{"NotFoundException"}
		w.Header()["x-bad"] = []string{"a\r\nx-forged: 1"}
		w.Header().Set("Content-Type", "application/hal+json")
		w.Header().Set("Content-Length", "1")
		w.WriteHeader(http.StatusNotFound)
		w.WriteHeader(http.StatusOK) // too late
		fmt.Fprintf(w, "%s %s|%s|%s|%s|%s|%d|%v|%v", r.Method, r.URL.EscapedPath(), r.URL.Path, r.URL.RawQuery, r.Host, r.Header.Get("X-Two"), r.ContentLength, len(r.Header["X-Two"]), len(body))
	})
	const host = "Host: apigateway.eu-west-1.amazonaws.com"
	if a := r.send("GET", "/restapis", "", host, signedForAPIGateway); a.status != 403 {
		t.Errorf("without a control plane: %d %s", a.status, a.body)
	}
	r.gateway.ServeControl(h)
	for _, c := range []struct{ name, method, target, body, header, want string }{
		{"plain", "GET", "/restapis?limit=2&x=a%20b", "", signedForAPIGateway, "GET /restapis|/restapis|limit=2&x=a%20b|apigateway.eu-west-1.amazonaws.com|b|0|2|0"},
		{"encoded path", "GET", "/domainnames/a/basepathmappings/%28none%29", "", signedForAPIGateway, "GET /domainnames/a/basepathmappings/%28none%29|/domainnames/a/basepathmappings/(none)||apigateway.eu-west-1.amazonaws.com|b|0|2|0"},
		{"encoded slash", "DELETE", "/tags/arn%3Aaws%2Fx", "", signedForAPIGateway, "DELETE /tags/arn%3Aaws%2Fx|/tags/arn:aws/x||apigateway.eu-west-1.amazonaws.com|b|0|2|0"},
		{"body", "PATCH", "/account", `{"patchOperations":[]}`, signedForAPIGateway, "PATCH /account|/account||apigateway.eu-west-1.amazonaws.com|b|22|2|22"},
		{"spelled otherwise", "GET", "/account", "", strings.Replace(signedForAPIGateway, "Authorization", "AUTHORIZATION", 1), "GET /account|/account||apigateway.eu-west-1.amazonaws.com|b|0|2|0"},
		{"no blanks in the header", "GET", "/account", "", strings.ReplaceAll(signedForAPIGateway, ", ", ","), "GET /account|/account||apigateway.eu-west-1.amazonaws.com|b|0|2|0"},
		{"double slash", "GET", "//restapis", "", signedForAPIGateway, "GET //restapis|//restapis||apigateway.eu-west-1.amazonaws.com|b|0|2|0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := r.send(c.method, c.target, c.body, host, c.header, "X-Two: b", "x-two: c")
			if a.status != 404 || a.body != c.want {
				t.Errorf("%d %s\nwant %s", a.status, a.body, c.want)
			}
			if a.get("x-amzn-ErrorType") != "NotFoundException" || a.get("Content-Type") != "application/hal+json" || a.has("x-forged") || a.has("x-bad") {
				t.Errorf("header %v", a.header)
			}
		})
	}
	for _, c := range []struct{ name, header string }{
		{"another service", strings.Replace(signedForAPIGateway, "/apigateway/", "/execute-api/", 1)},
		{"no signature", "Authorization: Bearer Credential=a/apigateway/aws4_request"},
		{"in another place", strings.Replace(signedForAPIGateway, "Signature=00", "Signature=/apigateway/aws4_request", 1) + "x"},
		{"another header", strings.Replace(signedForAPIGateway, "Authorization", "X-Authorizat", 1)},
		{"none", "X-Other: 1"},
	} {
		want := strings.Contains(c.name, "another place") // its own scope is right
		if a := r.get("/dev/x", c.header); (a.status == 404) != want {
			t.Errorf("%s: %d %s", c.name, a.status, a.body)
		}
	}
	if a := r.send("GET", "/nothing", "", signedForAPIGateway); a.status != 204 || a.body != "" {
		t.Errorf("no content: %d %q", a.status, a.body)
	}
	if a := r.send("HEAD", "/restapis", "", signedForAPIGateway); a.status != 404 || a.body != "" {
		t.Errorf("HEAD: %d %q", a.status, a.body)
	}
	for _, path := range []string{"/panic", "/abort"} {
		if a := r.send("GET", path, "", signedForAPIGateway); a.status != 500 || a.body != `{"message": "Internal server error"}` || a.get("x-amzn-ErrorType") != "InternalServerErrorException" {
			t.Errorf("%s: %d %s %v", path, a.status, a.body, a.header)
		}
	}
	if a := r.send("POST", "/restapis", strings.Repeat("x", 10485760), signedForAPIGateway); a.status != 404 || !strings.HasSuffix(a.body, "|10485760|0|10485760") {
		t.Errorf("10 MB: %d %.200s", a.status, a.body)
	}
	r.gateway.ServeControl(nil)
	if a := r.send("GET", "/restapis", "", signedForAPIGateway); a.status != 403 || a.body != `{"message":"Forbidden"}` {
		t.Errorf("switched off again: %d %s", a.status, a.body)
	}
}
