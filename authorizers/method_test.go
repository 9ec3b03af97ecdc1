package authorizers

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"sluice/api"
	"sluice/authorizers/policy"
	"sluice/lambda"
	"sluice/mapping"
)

const (
	allowDocument   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"*"}]}`
	denyDocument    = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"*"}]}`
	neitherDocument = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:us-east-1:123456789012:other/*"}]}`

	maskedARN = "arn:aws:execute-api:us-east-1:********9012:abcdef1234/prod/GET/pets/1"
	anonymous = "User: anonymous is not authorized to perform: execute-api:Invoke on resource: " + maskedARN
	lambdaNo  = "User is not authorized to access this resource"
	explicit  = " with an explicit deny"
)

func resourcePolicy(t testing.TB, text string) *policy.Policy {
	if text == "" {
		return nil
	}
	p, err := policy.Parse([]byte(text), policy.Options{Kind: policy.Resource})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// identityPolicy is a document without principals.
func identityPolicy(text string) []string {
	if text == "" {
		return nil
	}
	return []string{strings.Replace(text, `"Principal":"*",`, "", 1)}
}

func TestResourcePolicyAlone(t *testing.T) {
	g := newTestGuard(t, Options{})
	for _, c := range []struct {
		document, message string
		private           bool
	}{
		{"", "", false},
		{allowDocument, "", false},
		{neitherDocument, anonymous, false},
		{denyDocument, anonymous + explicit, false},
		{"", anonymous, true},
		{allowDocument, "", true},
	} {
		m, err := g.Method(MethodOptions{AuthorizationType: api.AuthorizationNone, Policy: resourcePolicy(t, c.document), Private: c.private})
		if err != nil {
			t.Fatal(err)
		}
		kind := api.AccessDenied
		if c.message == "" {
			kind = ""
		}
		_, got := ask(m, testRequest())
		wantRefusal(t, c.document, got, kind, c.message)
		if m.Open() != (c.document == "" && !c.private) {
			t.Errorf("%s: open %v", c.document, m.Open())
		}
	}
}

// Table A, with a Lambda authorizer's answer.
func TestLambdaWithResourcePolicy(t *testing.T) {
	for _, c := range []struct{ identity, resource, message string }{
		{allowDocument, "", ""},
		{neitherDocument, "", lambdaNo},
		{denyDocument, "", lambdaNo + explicit},
		{allowDocument, allowDocument, ""},
		{allowDocument, neitherDocument, ""},
		{allowDocument, denyDocument, anonymous + explicit},
		{neitherDocument, allowDocument, ""},
		{neitherDocument, neitherDocument, lambdaNo},
		{neitherDocument, denyDocument, anonymous + explicit},
		{denyDocument, allowDocument, lambdaNo + explicit},
		{denyDocument, neitherDocument, lambdaNo + explicit},
		{denyDocument, denyDocument, anonymous + explicit},
	} {
		i := answers(`{"principalId":"u","policyDocument":` + identityPolicy(c.identity)[0] + `}`)
		g := newTestGuard(t, Options{Invoker: i})
		m := compile(t, g, testStage, tokenDefinition(300), MethodOptions{Policy: resourcePolicy(t, c.resource)})
		kind := api.AccessDenied
		if c.message == "" {
			kind = ""
		}
		for range 2 {
			_, got := ask(m, testRequest())
			wantRefusal(t, c.identity+" "+c.resource, got, kind, c.message)
		}
		called := i.calls.Load() > 0
		if called == (c.resource == denyDocument) {
			t.Errorf("%s: the authorizer was called: %v", c.resource, called)
		}
		if c.resource == denyDocument {
			_, got := ask(m, withHeader())
			wantRefusal(t, "without a token", got, api.AccessDenied, c.message)
		}
	}
}

func signed(t testing.TB, key, secret, token string) *Request {
	t.Helper()
	const url = "https://abcdef1234.execute-api.us-east-1.amazonaws.com/prod/pets/1?a=1"
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	credentials := aws.Credentials{AccessKeyID: key, SecretAccessKey: secret, SessionToken: token}
	if err := v4.NewSigner().SignHTTP(context.Background(), credentials, req, empty, "execute-api", "us-east-1", testNow); err != nil {
		t.Fatal(err)
	}
	r := testRequest()
	r.Wire = Wire{Method: "GET", Path: "/prod/pets/1", Query: "a=1", Header: []mapping.Pair{{Name: "Host", Value: req.URL.Host}}}
	for name, values := range req.Header {
		for _, v := range values {
			r.Wire.Header = append(r.Wire.Header, mapping.Pair{Name: name, Value: v})
		}
	}
	return r
}

const (
	userARN     = "arn:aws:iam::123456789012:user/path/ann"
	strangerARN = "arn:aws:iam::999999999999:user/bob"
	sessionARN  = "arn:aws:sts::123456789012:assumed-role/worker/session1"
)

func iamMethodWith(t testing.TB, document string, list ...Credential) *Method {
	t.Helper()
	credentials, err := NewCredentials(list)
	if err != nil {
		t.Fatal(err)
	}
	g := newTestGuard(t, Options{Credentials: credentials})
	m, err := g.Method(MethodOptions{AuthorizationType: api.AuthorizationIAM, Policy: resourcePolicy(t, document)})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Tables A and B, with an IAM caller.
func TestIAMWithResourcePolicy(t *testing.T) {
	documents := map[string]string{"A": allowDocument, "N": neitherDocument, "D": denyDocument, "-": ""}
	for _, c := range []struct {
		pair           string // identity, resource
		same, stranger string // A allowed, I implicit, E explicit
	}{
		{"A-", "A", "I"},
		{"N-", "I", "I"},
		{"--", "I", "I"},
		{"D-", "E", "E"},
		{"AA", "A", "A"},
		{"AN", "A", "I"},
		{"AD", "E", "E"},
		{"NA", "A", "I"},
		{"NN", "I", "I"},
		{"ND", "E", "E"},
		{"DA", "E", "E"},
		{"DN", "E", "E"},
		{"DD", "E", "E"},
	} {
		for arn, want := range map[string]string{userARN: c.same, strangerARN: c.stranger} {
			m := iamMethodWith(t, documents[c.pair[1:]],
				Credential{AccessKeyID: "AKIA1", SecretAccessKey: "s", ARN: arn, Policies: identityPolicy(documents[c.pair[:1]])})
			_, got := ask(m, signed(t, "AKIA1", "s", ""))
			message := "User: " + arn + " is not authorized to perform: execute-api:Invoke on resource: " + maskedARN
			switch want {
			case "A":
				wantRefusal(t, c.pair+arn, got, "", "")
			case "I":
				wantRefusal(t, c.pair+arn, got, api.AccessDenied, message)
			case "E":
				wantRefusal(t, c.pair+arn, got, api.AccessDenied, message+explicit)
			}
		}
	}
}

func TestIAMRefusals(t *testing.T) {
	const token = "token/+="
	m := iamMethodWith(t, "",
		LoopbackCredential(),
		Credential{AccessKeyID: "AKIA1", SecretAccessKey: "s1", AccountID: "123456789012"},
		Credential{AccessKeyID: "ASIA1", SecretAccessKey: "s2", SessionToken: token, AccountID: "123456789012"},
		Credential{AccessKeyID: "ASIA2", SecretAccessKey: "s3", SessionToken: token, AccountID: "123456789012", Expiration: testNow},
	)
	const unknown = "The security token included in the request is invalid."
	late := signed(t, "AKIA1", "s1", "")
	late.Time = late.Time.Add(time.Hour)
	wrong := signed(t, "AKIA1", "other", "")
	bearer := testRequest()
	bearer.Wire.Header = []mapping.Pair{{Name: "Host", Value: "h"}, {Name: "Authorization", Value: "Bearer x"}}
	for _, c := range []struct {
		name    string
		r       *Request
		kind    api.ResponseType
		typ     string
		message string // prefix
	}{
		{"right", signed(t, "AKIA1", "s1", ""), "", "", ""},
		{"right with token", signed(t, "ASIA1", "s2", token), "", "", ""},
		{"nothing", testRequest(), api.MissingAuthenticationToken, "MissingAuthenticationTokenException", "Missing Authentication Token"},
		{"bearer", bearer, api.InvalidSignature, "IncompleteSignatureException", "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): 'uTem/WB082UJMN2ajD6lH6UChGpTAddMJSx2iu923No='."},
		{"unknown key", signed(t, "AKIA2", "s1", ""), api.InvalidSignature, "UnrecognizedClientException", unknown},
		{"no token", signed(t, "ASIA1", "s2", ""), api.InvalidSignature, "UnrecognizedClientException", unknown},
		{"other token", signed(t, "ASIA1", "s2", token+"x"), api.InvalidSignature, "UnrecognizedClientException", unknown},
		{"a token too many", signed(t, "AKIA1", "s1", token), api.InvalidSignature, "UnrecognizedClientException", unknown},
		{"wrong secret", wrong, api.InvalidSignature, "InvalidSignatureException", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'GET\n/prod/pets/1\na=1\nhost:"},
		{"too late", late, api.InvalidSignature, "InvalidSignatureException", "Signature expired: 20260922T101500Z is now earlier than 20260922T111000Z (20260922T111500Z - 5 min.)"},
		{"expired credential", signed(t, "ASIA2", "s3", token), api.ExpiredToken, "ExpiredTokenException", "The security token included in the request is expired"},
		{"the loopback pair is a stranger here", signed(t, "test", "test", ""), api.AccessDenied, "AccessDeniedException", "User: arn:aws:iam::000000000000:root is not authorized"},
	} {
		id, got := ask(m, c.r)
		if c.kind == "" {
			wantRefusal(t, c.name, got, "", "")
			continue
		}
		if got == nil || got.Type != c.kind || got.ErrorType != c.typ || got.Status != 403 || !strings.HasPrefix(got.Message, c.message) {
			t.Errorf("%s: got %+v", c.name, got)
		}
		if c.kind != api.AccessDenied && (id.Caller() != nil || id.Authenticate.Status != 403) {
			t.Errorf("%s: identity %+v", c.name, id)
		}
	}
	if got := Unrouted(testRequest()); got.Message != "Missing Authentication Token" {
		t.Errorf("got %v", got)
	}
	if got := Unrouted(bearer); got.ErrorType != "IncompleteSignatureException" {
		t.Errorf("got %v", got)
	}
	if got := Unrouted(signed(t, "AKIA1", "s1", "")); got.Message != "Missing Authentication Token" {
		t.Errorf("got %v", got)
	}
}

func TestCallerVariables(t *testing.T) {
	m := iamMethodWith(t, allowDocument,
		Credential{AccessKeyID: "U", SecretAccessKey: "s", ARN: userARN, UserID: "AIDA1", OrgID: "o-1"},
		Credential{AccessKeyID: "S", SecretAccessKey: "s", ARN: sessionARN, UserID: "AROA1:session1", CognitoIdentityID: "us-east-1:x"},
		Credential{AccessKeyID: "R", SecretAccessKey: "s", AccountID: "123456789012"},
	)
	for key, want := range map[string]map[mapping.VariableID]string{
		"U": {mapping.IdentityAccessKey: "U", mapping.IdentityAccountID: "123456789012", mapping.IdentityCaller: "AIDA1", mapping.IdentityUser: "AIDA1", mapping.IdentityUserARN: userARN, mapping.IdentityPrincipalOrgID: "o-1", mapping.IdentityCognitoIdentityID: ""},
		"S": {mapping.IdentityAccessKey: "S", mapping.IdentityCaller: "AROA1:session1", mapping.IdentityUserARN: sessionARN, mapping.IdentityCognitoIdentityID: "us-east-1:x"},
		"R": {mapping.IdentityCaller: "123456789012", mapping.IdentityUserARN: "arn:aws:iam::123456789012:root", mapping.AuthorizerPrincipalID: "", mapping.AuthenticateStatus: "200", mapping.AuthorizeStatus: "200"},
	} {
		id, got := ask(m, signed(t, key, "s", ""))
		if got != nil {
			t.Fatal(got)
		}
		for v, text := range want {
			b, ok := id.AppendVariable(nil, mapping.Variable{ID: v})
			if string(b) != text || ok != (text != "") {
				t.Errorf("%s %v: %q", key, mapping.Variable{ID: v}, b)
			}
		}
		if id.Map() != nil || id.Authorized() || len(id.AppendJSON(nil)) != 0 {
			t.Errorf("%s: $context.authorizer exists", key)
		}
	}
}

// Policies see who calls.
func TestCallerConditions(t *testing.T) {
	for _, c := range []struct {
		condition, arn string
		ok             bool
	}{
		{`"StringEquals":{"aws:username":"ann"}`, userARN, true},
		{`"StringEquals":{"aws:username":"path/ann"}`, userARN, false},
		{`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:user/*"}`, userARN, true},
		{`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/worker"}`, sessionARN, true},
		{`"StringEquals":{"aws:PrincipalType":"AssumedRole"}`, sessionARN, true},
		{`"StringEquals":{"aws:PrincipalAccount":"123456789012"}`, userARN, true},
		{`"StringEquals":{"aws:PrincipalTag/Team":"x"}`, userARN, true},
		{`"StringEquals":{"aws:PrincipalTag/Team":"y"}`, userARN, false},
		{`"StringEquals":{"aws:Referer":"r"}`, userARN, true},
		{`"StringEquals":{"aws:UserAgent":"ua"}`, userARN, true},
		{`"Bool":{"aws:SecureTransport":"true"}`, userARN, true},
		{`"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}`, userARN, true},
		{`"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}`, userARN, false},
		{`"DateLessThan":{"aws:CurrentTime":"2026-09-22T10:15:01Z"}`, userARN, true},
		{`"StringEquals":{"aws:SourceVpce":"vpce-1"}`, userARN, true},
		{`"Null":{"aws:username":"true"}`, sessionARN, true},
	} {
		document := strings.Replace(allowDocument, `"Effect"`, `"Condition":{`+c.condition+`},"Effect"`, 1)
		m := iamMethodWith(t, document, Credential{AccessKeyID: "K", SecretAccessKey: "s", ARN: c.arn, Tags: map[string]string{"Team": "x"}})
		r := signed(t, "K", "s", "")
		r.Header = []mapping.Pair{{Name: "referer", Value: "r"}, {Name: "user-agent", Value: "ua"}}
		r.Variables = variables{mapping.IdentityVPCEID: "vpce-1"}
		_, got := ask(m, r)
		if (got == nil) != c.ok {
			t.Errorf("%s for %s: %v", c.condition, c.arn, got)
		}
	}
}

func TestMayInvalidate(t *testing.T) {
	invalidate := strings.Replace(allowDocument, `"execute-api:Invoke"`, `"execute-api:*"`, 1)
	for _, c := range []struct {
		identity, resource string
		want               bool
	}{
		{allowDocument, "", false},
		{invalidate, "", true},
		{allowDocument, invalidate, true},
	} {
		m := iamMethodWith(t, c.resource, Credential{AccessKeyID: "K", SecretAccessKey: "s", ARN: userARN, Policies: identityPolicy(c.identity)})
		r := signed(t, "K", "s", "")
		id, got := ask(m, r)
		if got != nil {
			t.Fatal(got)
		}
		if got := m.MayInvalidate(r, id); got != c.want {
			t.Errorf("%s %s: %v", c.identity, c.resource, got)
		}
	}
	m, err := newTestGuard(t, Options{}).Method(MethodOptions{})
	if err != nil || m.MayInvalidate(testRequest(), new(Identity)) {
		t.Errorf("an anonymous client may: %v", err)
	}
}

func TestCredentials(t *testing.T) {
	for _, c := range []struct {
		c  Credential
		ok bool
	}{
		{Credential{AccessKeyID: "a", SecretAccessKey: "s"}, true},
		{LoopbackCredential(), true},
		{Credential{AccessKeyID: "a", SecretAccessKey: "s", ARN: "arn:aws:sts::123456789012:federated-user/x"}, true},
		{Credential{SecretAccessKey: "s"}, false},
		{Credential{AccessKeyID: "a"}, false},
		{Credential{AccessKeyID: "a/b", SecretAccessKey: "s"}, false},
		{Credential{AccessKeyID: "a", SecretAccessKey: "s", AccountID: "1"}, false},
		{Credential{AccessKeyID: "a", SecretAccessKey: "s", AccountID: "123456789013", ARN: userARN}, false},
		{Credential{AccessKeyID: "a", SecretAccessKey: "s", ARN: "arn:aws:iam::123456789012:role/x"}, false},
		{Credential{AccessKeyID: "a", SecretAccessKey: "s", ARN: "arn:aws:sts::123456789012:assumed-role/x"}, false},
		{Credential{AccessKeyID: "a", SecretAccessKey: "s", ARN: "x"}, false},
		{Credential{AccessKeyID: "a", SecretAccessKey: "s", Policies: []string{"{}"}}, false},
		{Credential{AccessKeyID: "a", SecretAccessKey: "s", Policies: []string{allowDocument}}, false}, // has a Principal
	} {
		if _, err := NewCredentials([]Credential{c.c}); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.c, err)
		}
	}
	one := Credential{AccessKeyID: "a", SecretAccessKey: "s"}
	set, err := NewCredentials([]Credential{one})
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Replace([]Credential{one, one}); err == nil || set.find("a") == nil {
		t.Errorf("twice: %v", err)
	}
	if err := set.Replace(nil); err != nil || set.find("a") != nil {
		t.Errorf("emptied: %v", err)
	}
}

// recorder is a Trace that keeps what it is told.
type recorder struct{ lines []string }

func (r *recorder) add(s string)                 { r.lines = append(r.lines, s) }
func (r *recorder) StartingAuthorizer(id string) { r.add("start " + id) }
func (r *recorder) IncomingIdentity(s string)    { r.add("identity " + s) }
func (r *recorder) IncomingSources(s []mapping.Pair) {
	r.add(fmt.Sprint("sources ", s))
}
func (r *recorder) AuthorizerRequest(_ string, _ []byte) { r.add("request") }
func (r *recorder) AuthorizerResult(s string)            { r.add("result " + s) }
func (r *recorder) UsingPolicy(s string)                 { r.add("policy " + s) }
func (r *recorder) AuthorizerCompleted()                 { r.add("completed") }

func TestTrace(t *testing.T) {
	i := answers(allowAll)
	m := compile(t, newTestGuard(t, Options{Invoker: i}), testStage, tokenDefinition(300), MethodOptions{})
	for _, want := range []string{
		"start auth01;identity token1;request;result " + allowAll + ";policy user1;completed",
		"start auth01;identity token1;policy user1;completed",
	} {
		r, rec := testRequest(), new(recorder)
		r.Trace = rec
		ask(m, r)
		if got := strings.Join(rec.lines, ";"); got != want {
			t.Errorf("got %s", got)
		}
	}
}

// What a client sees of a Lambda authorizer.
func TestAuthorizerVariables(t *testing.T) {
	i := answers(strings.Replace(allowAll, `{"principalId"`, `{"context":{"num":1,"s":"a\"b"},"usageIdentifierKey":"key1","principalId"`, 1))
	m := compile(t, newTestGuard(t, Options{Invoker: i}), testStage, tokenDefinition(300), MethodOptions{})
	for round := range 2 {
		id, got := ask(m, testRequest())
		if got != nil {
			t.Fatal(got)
		}
		for v, want := range map[mapping.Variable]string{
			{ID: mapping.AuthorizerPrincipalID}:           "user1",
			{ID: mapping.AuthorizerProperty, Key: "num"}:  "1",
			{ID: mapping.AuthorizerProperty, Key: "s"}:    `a"b`,
			{ID: mapping.AuthorizerProperty, Key: "none"}: "",
			{ID: mapping.AuthorizerClaim, Key: "sub"}:     "",
			{ID: mapping.AuthorizerStatus}:                "200",
			{ID: mapping.IdentityUserARN}:                 "",
		} {
			b, ok := id.AppendVariable(nil, v)
			if string(b) != want || ok != (want != "") {
				t.Errorf("round %d %v: %q", round, v, b)
			}
		}
		if b, _ := id.AppendVariable(nil, mapping.Variable{ID: mapping.AuthorizerRequestID}); (string(b) == "r1") != (round == 0) {
			t.Errorf("request id %q", b)
		}
		if id.UsageIdentifierKey() != "key1" {
			t.Errorf("key %q", id.UsageIdentifierKey())
		}
		id.IntegrationLatency = 0
		if got := string(id.AppendJSON(nil)); got != `{"principalId":"user1","integrationLatency":0,"num":"1","s":"a\"b"}` {
			t.Errorf("got %s", got)
		}
		if v, ok := id.Map().Get("num"); !ok || v.Text() != "1" {
			t.Error("no num")
		}
		id.Reset()
		if id.Authorized() || id.PrincipalID() != "" || id.UsageIdentifierKey() != "" {
			t.Error("reset leaves something")
		}
	}
}

func BenchmarkCachedDecision(b *testing.B) {
	ttl := 300
	long := strings.Repeat("x", 1000)
	for _, c := range []struct {
		name string
		d    api.Authorizer
	}{
		{"TOKEN", tokenDefinition(ttl)},
		{"REQUEST", api.Authorizer{
			Type: api.AuthorizerRequest, AuthorizerResultTTLInSeconds: &ttl,
			IdentitySource: "method.request.header.Authorization,method.request.querystring.q,context.identity.sourceIp",
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			g := newTestGuard(b, Options{Invoker: answers(allowAll)})
			m := compile(b, g, testStage, c.d, MethodOptions{})
			r := fullRequest()
			r.Header = append(r.Header, mapping.Pair{Name: "Authorization", Value: "Bearer " + long})
			id := new(Identity)
			b.ReportAllocs()
			for b.Loop() {
				id.Reset()
				if got := m.Authorize(context.Background(), r, id); got != nil {
					b.Fatal(got)
				}
			}
		})
	}
}

func BenchmarkSigned(b *testing.B) {
	m := iamMethodWith(b, "", Credential{AccessKeyID: "K", SecretAccessKey: "s", AccountID: "123456789012"})
	r := signed(b, "K", "s", "")
	id := new(Identity)
	b.ReportAllocs()
	for b.Loop() {
		id.Reset()
		if got := m.Authorize(context.Background(), r, id); got != nil {
			b.Fatal(got)
		}
	}
}

func BenchmarkEvent(b *testing.B) {
	r := fullRequest()
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = appendRequestEvent(buf[:0], r)
	}
	b.SetBytes(int64(len(buf)))
}

func BenchmarkAnswer(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseAnswer(allowAll); err != nil {
			b.Fatal(err)
		}
	}
}

var _ Invoker = lambda.Invoker(nil)

// A method whose authorization cannot be compiled lets nobody in, and tells those who
// are denied anyway nothing else.
func TestRefusing(t *testing.T) {
	g := newTestGuard(t, Options{})
	for _, c := range []struct {
		document string
		kind     api.ResponseType
		status   int
	}{
		{"", api.AuthorizerConfigurationError, 500},
		{allowDocument, api.AuthorizerConfigurationError, 500},
		{denyDocument, api.AccessDenied, 403},
	} {
		m := g.Refusing(MethodOptions{Policy: resourcePolicy(t, c.document)}, "why")
		if m.Open() {
			t.Errorf("%q: it is open", c.document)
		}
		_, refusal := ask(m, testRequest())
		if refusal == nil || refusal.Type != c.kind || refusal.Status != c.status {
			t.Errorf("%q: %v", c.document, refusal)
		}
	}
}
