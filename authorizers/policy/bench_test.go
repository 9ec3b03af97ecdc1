package policy

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

// gatewayContext is a Context as a server has it: fields, found by a switch.
type gatewayContext struct{ vpce, userAgent, secure, username string }

func (c *gatewayContext) Value(key string, i int) (string, bool) {
	if i > 0 {
		return "", false
	}
	v := ""
	switch key {
	case "aws:sourcevpce":
		v = c.vpce
	case "aws:useragent":
		v = c.userAgent
	case "aws:securetransport":
		v = c.secure
	case "aws:username":
		v = c.username
	}
	return v, v != ""
}

var workloads = []struct {
	name string
	kind Kind
	text string
	want Decision
}{
	{"ResourcePolicy", Resource, `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:us-east-1:123456789012:api/*"},
		{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:us-east-1:123456789012:api/*",
		 "Condition":{"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24","198.51.100.0/24"]}}}]}`, Allow},
	{"AuthorizerAnswer", Authorizer, `{"Version":"2012-10-17","Statement":[
		{"Action":"execute-api:Invoke","Effect":"Allow","Resource":["arn:aws:execute-api:us-east-1:123456789012:api/prod/*/pets","arn:aws:execute-api:us-east-1:123456789012:api/prod/GET/owners/*"]}]}`, Allow},
	{"Wildcards", Authorizer, `{"Version":"2012-10-17","Statement":[
		{"Action":"execute-api:*","Effect":"Allow","Resource":"arn:aws:execute-api:*:*:*/prod/*/p?ts"}]}`, Allow},
	{"ManyConditions", Authorizer, `{"Version":"2012-10-17","Statement":[
		{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"*","Condition":{
		 "StringLike":{"aws:UserAgent":"*curl/8*"},"Bool":{"aws:SecureTransport":"true"},"Null":{"aws:TokenIssueTime":"true"},
		 "DateGreaterThan":{"aws:CurrentTime":"2020-01-01"},"NumericLessThan":{"aws:EpochTime":4000000000},
		 "StringEquals":{"aws:SourceVpce":["vpce-1","vpce-2"]}}}]}`, Allow},
	{"Variable", Authorizer, `{"Version":"2012-10-17","Statement":[
		{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"arn:aws:execute-api:us-east-1:123456789012:api/prod/GET/${aws:username}"}]}`, Allow},
	{"Principals", Resource, `{"Version":"2012-10-17","Statement":[
		{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"*","Principal":{"AWS":["123456789012","arn:aws:iam::111122223333:role/r"]}},
		{"Action":"execute-api:Invoke","Effect":"Deny","Resource":"*","NotPrincipal":{"AWS":["arn:aws:sts::111122223333:assumed-role/r/s","arn:aws:iam::111122223333:role/r","111122223333"]}}]}`, Allow},
	{"Hostile", Authorizer, `{"Version":"2012-10-17","Statement":[
		{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"arn:aws:execute-api:us-east-1:123456789012:api/` + strings.Repeat("*p?", 100) + `*"}]}`, Neither},
}

func workload(tb testing.TB, kind Kind, text string) *Policy {
	tb.Helper()
	p, err := Parse([]byte(text), Options{Kind: kind})
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func benchRequest(c *gatewayContext) Request {
	*c = gatewayContext{vpce: "vpce-2", userAgent: "Mozilla curl/8.5.0", secure: "true", username: "pets"}
	return Request{
		Action: Invoke, Resource: methodARN, Time: time.Unix(1767225600, 0), SourceIP: netip.MustParseAddr("198.51.100.9"), Context: c,
		Principal: Principal{AWS: "arn:aws:sts::111122223333:assumed-role/r/s"},
	}
}

// TestEvaluateDoesNotAllocate includes the making of the request.
func TestEvaluateDoesNotAllocate(t *testing.T) {
	var c gatewayContext
	for _, w := range workloads {
		p := workload(t, w.kind, w.text)
		template := benchRequest(&c)
		got := Neither
		if n := testing.AllocsPerRun(100, func() {
			r := template
			got = p.Evaluate(&r)
		}); n != 0 {
			t.Errorf("%s: %v allocations", w.name, n)
		}
		if got != w.want {
			t.Errorf("%s: got %v, want %v", w.name, got, w.want)
		}
	}
}

func BenchmarkEvaluate(b *testing.B) {
	for _, w := range workloads {
		b.Run(w.name, func(b *testing.B) {
			var c gatewayContext
			p := workload(b, w.kind, w.text)
			r := benchRequest(&c)
			b.ReportAllocs()
			for b.Loop() {
				p.Evaluate(&r)
			}
		})
	}
}

// BenchmarkHostilePath has a long path and a pattern that matches almost everywhere.
func BenchmarkHostilePath(b *testing.B) {
	p := workload(b, Authorizer, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:execute-api:us-east-1:123456789012:api/*`+strings.Repeat("a?", 220)+`b*"}}`)
	r := Request{Action: Invoke, Resource: "arn:aws:execute-api:us-east-1:123456789012:api/" + strings.Repeat("a", 8192)}
	b.ReportAllocs()
	for b.Loop() {
		p.Evaluate(&r)
	}
}

// BenchmarkParse is on the path of every Lambda authorizer's answer that is not cached.
func BenchmarkParse(b *testing.B) {
	for _, w := range workloads[:2] {
		b.Run(w.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse([]byte(w.text), Options{Kind: w.kind}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
