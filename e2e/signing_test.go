package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

func payloadHash(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// sign makes a request that the SDK has signed for execute-api.
func sign(t *testing.T, method, url, body, key, secret, token, region string, at time.Time) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	credentials := aws.Credentials{AccessKeyID: key, SecretAccessKey: secret, SessionToken: token}
	if err := v4.NewSigner().SignHTTP(context.Background(), credentials, r, payloadHash(body), "execute-api", region, at); err != nil {
		t.Fatal(err)
	}
	return r
}

// presign makes a URL that carries its signature.
func presign(t *testing.T, url, key, secret, region string, expires int, at time.Time) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url+fmt.Sprintf("?X-Amz-Expires=%d", expires), nil)
	if err != nil {
		t.Fatal(err)
	}
	credentials := aws.Credentials{AccessKeyID: key, SecretAccessKey: secret}
	signed, _, err := v4.NewSigner().PresignHTTP(context.Background(), credentials, r, payloadHash(""), "execute-api", region, at)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func do(t *testing.T, r *http.Request) answer {
	t.Helper()
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(b)}
}

func signedRequest(t *testing.T, method, url, body, key, secret, token, region string) answer {
	t.Helper()
	return do(t, sign(t, method, url, body, key, secret, token, region, time.Now()))
}

// verifySignature tells what is wrong with the signature of a request to an AWS
// service: it signs the request anew with the SDK and compares.
func verifySignature(r *http.Request, key, secret string) string {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err.Error()
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	given := r.Header.Get("Authorization")
	scope, rest, ok := strings.Cut(strings.TrimPrefix(given, "AWS4-HMAC-SHA256 Credential="+key+"/"), ", SignedHeaders=")
	part := strings.Split(scope, "/")
	names, _, ok2 := strings.Cut(rest, ", Signature=")
	if !ok || !ok2 || len(part) != 4 {
		return "not signed: " + given
	}
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil {
		return err.Error()
	}
	again, err := http.NewRequest(r.Method, "http://"+r.Host+r.URL.RequestURI(), nil)
	if err != nil {
		return err.Error()
	}
	again.URL.Opaque = "//" + r.Host + strings.SplitN(r.URL.RequestURI(), "?", 2)[0]
	for name := range strings.SplitSeq(names, ";") {
		switch name {
		case "host":
		case "content-length":
			again.ContentLength = int64(len(body))
		default:
			again.Header[http.CanonicalHeaderKey(name)] = r.Header.Values(name)
		}
	}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = part[2] == "s3" })
	credentials := aws.Credentials{AccessKeyID: key, SecretAccessKey: secret}
	if err := signer.SignHTTP(context.Background(), credentials, again, payloadHash(string(body)), part[2], part[1], at); err != nil {
		return err.Error()
	}
	if want := again.Header.Get("Authorization"); want != given {
		return "signature is " + given + ", want " + want
	}
	return ""
}

// recordService is a request to an AWS service as a line, or what is wrong with
// its signature.
func recordService(r *http.Request, key, secret string) string {
	if wrong := verifySignature(r, key, secret); wrong != "" {
		return wrong
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err.Error()
	}
	line := r.Method + " " + r.URL.RequestURI()
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		line += " " + target
	}
	return line + " " + string(body)
}
