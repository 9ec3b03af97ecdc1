package sigv4

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"sluice/mapping"
)

func TestFaults(t *testing.T) {
	b, err := os.ReadFile("testdata/faults.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, Query, Exception, Message string
		Header                          [][2]string
	}
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		r := &Request{Method: "GET", Path: "/prod", Query: c.Query, Header: []mapping.Pair{{Name: "Host", Value: "h"}}}
		for _, h := range c.Header {
			r.Header = append(r.Header, mapping.Pair{Name: h[0], Value: h[1]})
		}
		_, f := judge(r, NewKey(testSecret), testTime)
		if f == nil || f.Exception != c.Exception || f.Message != c.Message {
			t.Errorf("%s:\n got %v\nwant %s: %s", c.Name, f, c.Exception, c.Message)
		}
	}
}

func TestMismatchText(t *testing.T) {
	r := &Request{Method: "GET", Path: "/prod/a b", Query: "b=1&a", Header: []mapping.Pair{
		{Name: "Host", Value: "h"},
		{Name: "X-Amz-Date", Value: "20260922T101500Z"},
		{Name: "Authorization", Value: "AWS4-HMAC-SHA256 Credential=A/20260922/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=00"},
	}}
	_, f := judge(r, NewKey(testSecret), testTime)
	want := mismatch + "\n\nThe Canonical String for this request should have been\n'GET\n/prod/a%20b\na=&b=1\nhost:h\nx-amz-date:20260922T101500Z\n\n" +
		"host;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'\n\n" +
		"The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20260922T101500Z\n20260922/us-east-1/execute-api/aws4_request\n"
	if f == nil || !strings.HasPrefix(f.Message, want) || !strings.HasSuffix(f.Message, "'\n") {
		t.Errorf("got %v", f)
	}
}

// The signature of a Date header instead of X-Amz-Date, and of a payload that is
// not signed, counts too.
func TestOtherForms(t *testing.T) {
	for _, header := range [][]mapping.Pair{
		{{Name: "Date", Value: "Tue, 22 Sep 2026 10:15:00 GMT"}},
		{{Name: "X-Amz-Date", Value: "20260922T101500Z"}, {Name: "X-Amz-Content-Sha256", Value: "UNSIGNED-PAYLOAD"}},
	} {
		r := &Request{Method: "POST", Path: "/prod", Body: []byte("x"), Header: append([]mapping.Pair{{Name: "Host", Value: "h"}}, header...)}
		sign(t, r, "host")
		if _, f := judge(r, NewKey(testSecret), testTime); f != nil {
			t.Errorf("%q: %v", header, f)
		}
		if header[len(header)-1].Value == "UNSIGNED-PAYLOAD" {
			r.Body = []byte("y")
			if _, f := judge(r, NewKey(testSecret), testTime); f != nil {
				t.Errorf("other body: %v", f)
			}
			// The signature covers that the payload is not signed.
			r.Header[len(r.Header)-2].Value = "other"
			if _, f := judge(r, NewKey(testSecret), testTime); f == nil {
				t.Error("a payload hash that was not signed counts")
			}
		}
	}
}

// sign adds an Authorization header that this package itself makes.
func sign(t *testing.T, r *Request, signedHeaders string) {
	const scope = "20260922/us-east-1/execute-api/aws4_request"
	s := Signature{
		AccessKeyID: "A", credential: "A/" + scope, date: "20260922", region: "us-east-1", service: "execute-api",
		signedHeaders: signedHeaders, signature: "0", timestamp: "20260922T101500Z",
	}
	f := s.Verify(r, NewKey(testSecret))
	if f == nil {
		t.Fatal("a signature of 0 counts")
	}
	toSign := f.Message[strings.Index(f.Message, "'AWS4-HMAC")+1 : len(f.Message)-2]
	signature := NewKey(testSecret).sign(nil, []byte(toSign), s.date, s.region, s.service)
	r.Header = append(r.Header, mapping.Pair{Name: "Authorization", Value: "AWS4-HMAC-SHA256 Credential=A/" + scope +
		", SignedHeaders=" + signedHeaders + ", Signature=" + string(signature)})
}

// The bounds of time are exact, to the second.
func TestSkew(t *testing.T) {
	v := vectors(t)[0]
	presigned := vector{}
	for _, c := range vectors(t) {
		if c.Name == "root, presigned" {
			presigned = c
		}
	}
	for _, c := range []struct {
		v      vector
		offset time.Duration
		ok     bool
	}{
		{v, 5 * time.Minute, true},
		{v, 5*time.Minute + time.Second, false},
		{v, -5 * time.Minute, true},
		{v, -5*time.Minute - time.Second, false},
		{presigned, time.Hour, true},
		{presigned, time.Hour + time.Second, false},
		{presigned, -5*time.Minute - time.Second, false},
	} {
		_, f := judge(c.v.request(t), NewKey(testSecret), testTime.Add(c.offset))
		if (f == nil) != c.ok {
			t.Errorf("%s %v: %v", c.v.Name, c.offset, f)
		}
	}
}

// One key serves several days and regions at once.
func TestConcurrentKey(t *testing.T) {
	k := NewKey(testSecret)
	texts := []string{"20260921", "20260922"}
	want := map[string]string{}
	for _, d := range texts {
		want[d] = string(NewKey(testSecret).sign(nil, []byte("text"), d, "us-east-1", "execute-api"))
	}
	done := make(chan bool)
	for g := range 4 {
		go func() {
			ok := true
			for i := range 200 {
				d := texts[(g+i)%2]
				ok = ok && string(k.sign(nil, []byte("text"), d, "us-east-1", "execute-api")) == want[d]
			}
			done <- ok
		}()
	}
	for range 4 {
		if !<-done {
			t.Error("another day's signature")
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, v := range vectors(f) {
		auth := ""
		for _, h := range v.Header {
			if h[0] == "Authorization" {
				auth = h[1]
			}
		}
		f.Add(v.Path, v.Query, auth, "20260922T101500Z")
	}
	key := NewKey(testSecret)
	f.Fuzz(func(t *testing.T, path, query, auth, date string) {
		r := &Request{Method: "GET", Path: path, Query: query, Header: []mapping.Pair{
			{Name: "Host", Value: "h"}, {Name: "X-Amz-Date", Value: date}, {Name: "Authorization", Value: auth},
		}}
		if _, fault := judge(r, key, testTime); fault == nil {
			t.Fatalf("%q counts for host h", auth)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	for _, name := range []string{"body", "query sorted, presigned"} {
		for _, v := range vectors(b) {
			if v.Name != name {
				continue
			}
			r := v.request(b)
			k := NewKey(testSecret)
			b.Run(name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, f := judge(r, k, testTime); f != nil {
						b.Fatal(f)
					}
				}
			})
		}
	}
}
