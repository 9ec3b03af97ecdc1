package sigv4

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"sluice/mapping"
)

type sdkCase struct {
	method, url, body string
	header            map[string]string
}

const testHost = "https://abcdef1234.execute-api.us-east-1.amazonaws.com"

var sdkCases = []sdkCase{
	{method: "GET", url: testHost + "/prod"},
	{method: "GET", url: testHost + "/prod/pets/1?b=2&a=1&a=0"},
	{method: "GET", url: testHost + "/prod/a%20b/%E2%82%AC?x=%2B+%26"},
	{method: "POST", url: testHost + "/prod/pets", body: `{"name":"Rex"}`, header: map[string]string{"Content-Type": "application/json"}},
	{method: "PUT", url: testHost + "/prod/pets/a:b", body: "x", header: map[string]string{"X-Custom": "a   b"}},
}

// signWithSDK makes the request that a server would see.
func signWithSDK(t testing.TB, c sdkCase, presigned bool, token string) *Request {
	req, err := http.NewRequest(c.method, c.url, bytes.NewReader([]byte(c.body)))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range c.header {
		req.Header.Set(k, v)
	}
	sum := sha256.Sum256([]byte(c.body))
	hash := hex.EncodeToString(sum[:])
	credentials := aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: testSecret, SessionToken: token}
	signer := v4.NewSigner()
	if presigned {
		signed, header, err := signer.PresignHTTP(context.Background(), credentials, req, hash, "execute-api", "us-east-1", testTime)
		if err != nil {
			t.Fatal(err)
		}
		if req.URL, err = url.Parse(signed); err != nil {
			t.Fatal(err)
		}
		for k := range header {
			if k != "Host" {
				req.Header[k] = header[k]
			}
		}
	} else if err := signer.SignHTTP(context.Background(), credentials, req, hash, "execute-api", "us-east-1", testTime); err != nil {
		t.Fatal(err)
	}
	r := &Request{
		Method: req.Method, Path: req.URL.EscapedPath(), Query: req.URL.RawQuery, Body: []byte(c.body),
		Header: []mapping.Pair{{Name: "Host", Value: req.URL.Host}},
	}
	for k, values := range req.Header {
		for _, v := range values {
			r.Header = append(r.Header, mapping.Pair{Name: k, Value: v})
		}
	}
	if _, ok := r.header("content-length"); !ok && c.body != "" {
		r.Header = append(r.Header, mapping.Pair{Name: "Content-Length", Value: strconv.Itoa(len(c.body))})
	}
	return r
}
