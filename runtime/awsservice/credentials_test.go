package awsservice

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sluice/runtime/backend"
)

const roleARN = "arn:aws:iam::123456789012:role/path/gateway"

func TestAssumeRole(t *testing.T) {
	f := newFake(t)
	s := services(t, Options{Env: atFake(f)})
	for range 3 {
		if resp := send(t, s, "sqs:action/SendMessage&MessageBody=x", "GET", roleARN, nil, nil, nil); resp.StatusCode != 200 {
			t.Fatalf("%d %s", resp.StatusCode, resp.Body)
		}
	}
	if len(f.assumed) != 1 || f.assumed[0] != roleARN {
		t.Errorf("assumed %q", f.assumed)
	}
	if resp := send(t, s, "sqs:action/SendMessage&MessageBody=x", "GET", roleARN+"2", nil, nil, nil); resp.StatusCode != 200 || len(f.assumed) != 2 {
		t.Errorf("%d %s %q", resp.StatusCode, resp.Body, f.assumed)
	}
}

func TestRoleForbidden(t *testing.T) {
	f := newFake(t)
	s := services(t, Options{Env: atFake(f)})
	c := compile(t, s, "arn:aws:apigateway:us-east-1:sqs:path/q", "GET", "arn:aws:iam::1:role/forbidden")
	err := c.Build(newRequest())
	var e *Error
	if !errors.As(err, &e) || e.Kind != KindCredentials ||
		e.Log != "API Gateway does not have permission to assume the provided role arn:aws:iam::1:role/forbidden" ||
		!strings.Contains(e.Error(), "403: AccessDenied: not yours") {
		t.Errorf("%v", err)
	}
}

// TestRoleAtOtherServices has servers that do not speak STS stand in for it: the
// chain signs when they were configured for all services, and only then. One
// that speaks it is believed when it refuses.
func TestRoleAtOtherServices(t *testing.T) {
	const refused = `<ErrorResponse><Error><Code>%s</Code><Message>m</Message></Error></ErrorResponse>`
	for _, tc := range []struct {
		status int
		body   string
		not    bool // STS
	}{
		{200, `{}`, true},
		{200, `<AssumeRoleResponse/>`, true},
		{200, ``, true},
		{400, `{"__type":"UnknownOperationException"}`, true},
		{400, fmt.Sprintf(refused, "InvalidAction"), true},
		{400, fmt.Sprintf(refused, "ValidationError"), false},
		{403, fmt.Sprintf(refused, "AccessDenied"), false},
		{403, `no`, false},
		{404, `<html>`, true},
		{405, ``, true},
		{500, ``, false},
		{501, ``, true},
		{503, fmt.Sprintf(refused, "Throttling"), false},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(tc.status)
			io.WriteString(w, tc.body)
		}))
		for _, name := range []string{"*", "sts"} {
			s := services(t, Options{Endpoints: map[string]string{name: server.URL}})
			c := compile(t, s, "arn:aws:apigateway:us-east-1:sqs:path/q", "GET", roleARN)
			got, err := c.source.get(time.Now(), time.Time{})
			if want := tc.not && name == "*"; (err == nil) != want || want && (got.AccessKeyID != "AKIDEXAMPLE" || got.Expires.IsZero()) {
				t.Errorf("%s: %d %s: %v %v", name, tc.status, tc.body, got, err)
			}
		}
		server.Close()
	}
}

// TestRoleWithoutSTS has the chain sign when there is no STS to ask.
func TestRoleWithoutSTS(t *testing.T) {
	f := newFake(t)
	env := func(name string) string {
		if name == "AWS_ENDPOINT_URL_SQS" {
			return f.URL
		}
		return ""
	}
	s := services(t, Options{Env: env})
	if resp := send(t, s, "sqs:action/SendMessage&MessageBody=x", "GET", roleARN, nil, nil, nil); resp.StatusCode != 200 || len(f.assumed) != 0 {
		t.Errorf("%d %s %q", resp.StatusCode, resp.Body, f.assumed)
	}
	s = services(t, Options{Env: env, AssumeRoles: true})
	c := compile(t, s, "arn:aws:apigateway:eu-west-1:sqs:path/q", "GET", roleARN)
	if c.source == s.chain || c.source.name != roleARN {
		t.Error("the role is not assumed")
	}
}

// TestRoleExpires has a role's credentials end soon: they are used, and replaced
// in the background.
func TestRoleExpires(t *testing.T) {
	f := newFake(t)
	f.expires = time.Minute
	s := services(t, Options{Env: atFake(f)})
	c := compile(t, s, "arn:aws:apigateway:us-east-1:sqs:path/q", "GET", roleARN)
	now := time.Now()
	first, err := c.source.get(now, time.Time{})
	if err != nil || first.AccessKeyID != "ASIA1" {
		t.Fatal(first, err)
	}
	f.mu.Lock() // STS hangs
	second, err := c.source.get(now, time.Time{})
	if err != nil || second != first {
		t.Fatal(second, err)
	}
	c.source.mu.Lock()
	running := c.source.running
	c.source.mu.Unlock()
	f.mu.Unlock()
	if running == nil {
		t.Fatal("nothing is fetched")
	}
	<-running.done
	if third, err := c.source.get(now, time.Time{}); err != nil || third.AccessKeyID != "ASIA2" {
		t.Error(third, err)
	}
	// Too late for the credentials at hand: the request waits for new ones.
	if fourth, err := c.source.get(now.Add(55*time.Second), time.Time{}); err != nil || fourth.AccessKeyID == "ASIA1" {
		t.Error(fourth, err)
	}
}

func TestCallersCredentials(t *testing.T) {
	f := newFake(t)
	f.secrets["CALLER"] = Credentials{SecretAccessKey: "its secret", SessionToken: "its token"}
	s := services(t, Options{Env: atFake(f), Chain: func(context.Context) (Credentials, error) { return Credentials{}, errors.New("not asked") }})
	caller := &Credentials{AccessKeyID: "CALLER", SecretAccessKey: "its secret", SessionToken: "its token"}
	if resp := send(t, s, "sqs:action/SendMessage&MessageBody=x", "GET", "arn:aws:iam::*:user/*", nil, nil, &Params{Caller: caller}); resp.StatusCode != 200 {
		t.Errorf("%d %s", resp.StatusCode, resp.Body)
	}
	c := compile(t, s, "arn:aws:apigateway:us-east-1:sqs:path/q", "GET", "arn:aws:iam::*:user/*")
	if !c.NeedsCaller() {
		t.Error("NeedsCaller")
	}
	if err := c.Build(newRequest()); KindOf(err) != KindCredentials {
		t.Error(err)
	}
}

func TestNoCredentials(t *testing.T) {
	var calls atomic.Int32
	s := services(t, Options{Chain: func(context.Context) (Credentials, error) {
		calls.Add(1)
		return Credentials{}, nil
	}})
	c := compile(t, s, "arn:aws:apigateway:us-east-1:sqs:path/q", "GET", "")
	for range 3 {
		if err := c.Build(newRequest()); KindOf(err) != KindCredentials {
			t.Error(err)
		}
	}
	if n := calls.Load(); n != 1 {
		t.Errorf("the chain was asked %d times at once", n)
	}
}

// TestSlowChain has a chain that never answers: a request waits for its bound,
// and Close ends the fetch.
func TestSlowChain(t *testing.T) {
	ended := make(chan struct{})
	s := services(t, Options{CredentialsTimeout: 10 * time.Millisecond, Chain: func(ctx context.Context) (Credentials, error) {
		<-ctx.Done()
		close(ended)
		return Credentials{}, ctx.Err()
	}})
	c := compile(t, s, "arn:aws:apigateway:us-east-1:sqs:path/q", "GET", "")
	for _, deadline := range []time.Time{{}, moment.Add(time.Millisecond), moment.Add(-time.Hour)} {
		req, p := newRequest()
		p.Deadline = deadline
		if err := c.Build(req, p); KindOf(err) != KindCredentials || !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	}
	s.Close()
	<-ended
}

func TestCredentialsForms(t *testing.T) {
	s := services(t, Options{})
	for _, bad := range []string{"x", "arn:aws:iam::123456789012:user/me", "arn:aws:iam::1:role/", "arn:aws:sts::1:role/x", "role/x", "arn:aws:iam:us-east-1:1:role/x"} {
		if _, err := s.Compile("arn:aws:apigateway:us-east-1:sqs:path/q", "GET", bad); err == nil || !strings.Contains(err.Error(), "arn:aws:iam::*:user/*") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestStandardChain reads the environment as the SDKs do.
func TestStandardChain(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_SESSION_TOKEN", "token")
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_PROFILE", "")
	c, err := StandardChain("eu-west-1")(t.Context())
	if want := (Credentials{AccessKeyID: "test", SecretAccessKey: "secret", SessionToken: "token"}); err != nil || c != want {
		t.Errorf("%+v %v", c, err)
	}
	b := backend.New(backend.Options{})
	defer b.Close()
	s, err := New(Options{Backends: b, Env: noEnv})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got, err := s.chain.get(time.Now(), time.Time{}); err != nil || *got != c {
		t.Error(got, err)
	}
}
