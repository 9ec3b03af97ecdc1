package sigv4

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"sluice/mapping"
)

const (
	testSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	testToken  = "AQoDYXdzEPT//////////wEXAMPLE+token/=="
)

var (
	testTime  = time.Date(2026, 9, 22, 10, 15, 0, 0, time.UTC)
	testScope = Scope{Region: "us-east-1", Service: "execute-api"}
)

type vector struct {
	Name, Method, Path, Query, Body string
	Header                          [][2]string
}

func (v *vector) request(t testing.TB) *Request {
	body, err := hex.DecodeString(v.Body)
	if err != nil {
		t.Fatal(err)
	}
	r := &Request{Method: v.Method, Path: v.Path, Query: v.Query, Body: body}
	for _, h := range v.Header {
		r.Header = append(r.Header, mapping.Pair{Name: h[0], Value: h[1]})
	}
	return r
}

func vectors(t testing.TB) []vector {
	b, err := os.ReadFile("testdata/botocore.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []vector }
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) == 0 {
		t.Fatal("no cases")
	}
	return file.Cases
}

// judge verifies a request as a gateway does.
func judge(r *Request, k *Key, now time.Time) (Signature, *Fault) {
	s, f := Parse(r)
	if f == nil {
		f = s.Check(testScope, now)
	}
	if f == nil {
		f = s.Verify(r, k)
	}
	return s, f
}

func TestBotocore(t *testing.T) {
	for _, v := range vectors(t) {
		r := v.request(t)
		s, f := judge(r, NewKey(testSecret), testTime)
		if f != nil {
			t.Errorf("%s: %v", v.Name, f)
			continue
		}
		wantToken := ""
		if strings.Contains(v.Name, "token") {
			wantToken = testToken
		}
		if s.SecurityToken != wantToken {
			t.Errorf("%s: token %q", v.Name, s.SecurityToken)
		}
		if s.Presigned != strings.Contains(v.Name, "presigned") {
			t.Errorf("%s: presigned %v", v.Name, s.Presigned)
		}
	}
}

// A signature counts for one request and one key only.
func TestTampered(t *testing.T) {
	tampers := map[string]func(r *Request){
		"method": func(r *Request) { r.Method = "DELETE" },
		"path":   func(r *Request) { r.Path += "x" },
		"query": func(r *Request) {
			if r.Query != "" {
				r.Query += "&"
			}
			r.Query += "evil=1"
		},
		"body": func(r *Request) { r.Body = append(r.Body, 'x') },
		"host": func(r *Request) { r.Header[0].Value = "other.execute-api.us-east-1.amazonaws.com" },
		"repeated host": func(r *Request) {
			r.Header = append(r.Header, mapping.Pair{Name: "hOST", Value: "other"})
		},
	}
	for _, v := range vectors(t) {
		for name, tamper := range tampers {
			r := v.request(t)
			tamper(r)
			_, f := judge(r, NewKey(testSecret), testTime)
			if f == nil || f.Exception != InvalidSignature || !strings.HasPrefix(f.Message, mismatch) {
				t.Errorf("%s, other %s: %v", v.Name, name, f)
			}
		}
		if _, f := judge(v.request(t), NewKey(testSecret+"x"), testTime); f == nil || f.Exception != InvalidSignature {
			t.Errorf("%s, other key: %v", v.Name, f)
		}
	}
}

// TestSDK signs with the signer of the AWS SDK for Go.
func TestSDK(t *testing.T) {
	for _, c := range sdkCases {
		for _, presigned := range []bool{false, true} {
			for _, token := range []string{"", testToken} {
				r := signWithSDK(t, c, presigned, token)
				if _, f := judge(r, NewKey(testSecret), testTime); f != nil {
					t.Errorf("%s presigned %v token %v: %v", c.url, presigned, token != "", f)
				}
			}
		}
	}
}
