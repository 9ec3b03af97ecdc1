package awsservice

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"sluice/mapping"
	"sluice/runtime/backend"
)

type vector struct {
	Name, URI, Method           string
	AccessKey, SecretKey, Token string
	Path                        []string
	Query, Headers              [][2]string
	Body                        []byte
	Host, Target, Authorization string
}

func vectors(t testing.TB) []vector {
	t.Helper()
	raw, err := os.ReadFile("testdata/botocore/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []vector
	if err := json.Unmarshal(raw, &list); err != nil || len(list) == 0 {
		t.Fatal(err, len(list))
	}
	return list
}

func pairsOf(list [][2]string) (out []mapping.Pair) {
	for _, p := range list {
		out = append(out, mapping.Pair{Name: p[0], Value: p[1]})
	}
	return out
}

// TestVectors holds targets and signatures against botocore's, and signatures
// against the Go SDK's signer too.
func TestVectors(t *testing.T) {
	var req backend.Request
	var p Params // both reused: nothing may be left of the request before
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			s := services(t, Options{Chain: chainOf(Credentials{AccessKeyID: v.AccessKey, SecretAccessKey: v.SecretKey, SessionToken: v.Token})})
			c := compile(t, s, v.URI, v.Method, "")
			p.Reset()
			p.Path = append(p.Path, v.Path...)
			p.Query = append(p.Query, pairsOf(v.Query)...)
			p.APIID, p.UserAgent, p.TraceID, p.Now = "abc", "AmazonAPIGateway_abc", "Root=1", moment
			req.Header = append(req.Header[:0], pairsOf(v.Headers)...)
			req.Body = v.Body
			if err := c.Build(&req, &p); err != nil {
				t.Fatal(err)
			}
			if string(req.Target) != v.Target {
				t.Errorf("target %s\nwant   %s", req.Target, v.Target)
			}
			if req.Host != v.Host || c.BaseURL() != "https://"+v.Host {
				t.Errorf("host %s, base URL %s", req.Host, c.BaseURL())
			}
			if got, n := headerOf(req.Header, "Authorization"); got != v.Authorization || n != 1 {
				t.Errorf("%s\nwant %s", got, v.Authorization)
			}
			if got := sdkSignature(t, c, &req, v); got != v.Authorization {
				t.Errorf("SDK %s\nwant %s", got, v.Authorization)
			}
		})
	}
}

// sdkSignature signs a built request once more with the Go SDK.
func sdkSignature(t *testing.T, c *Call, req *backend.Request, v vector) string {
	t.Helper()
	u, err := url.Parse("https://" + req.Host + string(req.Target))
	if err != nil {
		t.Fatal(err)
	}
	r := &http.Request{Method: req.Method, URL: u, Host: req.Host, Header: http.Header{}}
	for _, h := range req.Header {
		switch n := strings.ToLower(h.Name); {
		case n == "x-amz-date", n == "x-amz-security-token":
		case n == "content-type", n == "content-md5", strings.HasPrefix(n, "x-amz-"):
			r.Header.Add(h.Name, h.Value)
		}
	}
	sum := sha256.Sum256(req.Body)
	err = v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = c.scope.service == "s3" }).SignHTTP(t.Context(),
		aws.Credentials{AccessKeyID: v.AccessKey, SecretAccessKey: v.SecretKey, SessionToken: v.Token},
		r, hexOf(sum[:]), c.scope.service, c.scope.region, moment)
	if err != nil {
		t.Fatal(err)
	}
	return r.Header.Get("Authorization")
}

func TestHMAC(t *testing.T) {
	var buf []byte
	for n := range 200 {
		key, message := make([]byte, n), make([]byte, 3*n)
		for i := range key {
			key[i] = byte(i * 7)
		}
		for i := range message {
			message[i] = byte(i * 11)
		}
		h := hmac.New(sha256.New, key)
		h.Write(message)
		var got [32]byte
		got, buf = hmacSHA256(key, message, buf)
		if string(got[:]) != string(h.Sum(nil)) {
			t.Fatalf("wrong for a key of %d bytes", n)
		}
	}
}

// TestSigningKey has one call sign for two callers and on two days: the key that
// is kept must never be another one's.
func TestSigningKey(t *testing.T) {
	s := services(t, Options{})
	shared := compile(t, s, "arn:aws:apigateway:us-east-1:sqs:path/q", "GET", "arn:aws:iam::*:user/*")
	for i, secret := range []string{"a", "b", "a", "a", "b"} {
		now := moment.Add(time.Duration(i/2) * 24 * time.Hour)
		fresh := compile(t, s, "arn:aws:apigateway:us-east-1:sqs:path/q", "GET", "arn:aws:iam::*:user/*")
		var got [2]string
		for j, c := range []*Call{shared, fresh} {
			var req backend.Request
			p := Params{Caller: &Credentials{AccessKeyID: "id", SecretAccessKey: secret}, Now: now}
			if err := c.Build(&req, &p); err != nil {
				t.Fatal(err)
			}
			got[j], _ = headerOf(req.Header, "Authorization")
		}
		if got[0] != got[1] {
			t.Errorf("%d: %s\nwant %s", i, got[0], got[1])
		}
	}
}

func TestAppendDate(t *testing.T) {
	zone := time.FixedZone("", 5*3600)
	for _, tm := range []time.Time{moment, moment.In(zone), time.Date(1999, 12, 31, 23, 59, 59, 999, zone), time.Unix(0, 0)} {
		if got, want := string(appendDate(nil, tm)), tm.UTC().Format("20060102T150405Z"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestAppendTrimmed(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "   ": "", "a": "a", " a ": "a", "a  b": "a b", "a b   c  ": "a b c", "\ta\t": "a", "\t a  b \t": "a b",
	} {
		if got := string(appendTrimmed([]byte("x:"), in)); got != "x:"+want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
