package endpoint

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"sluice/lambda"
)

const (
	accessKey = "AKIDEXAMPLE"
	secretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	session   = "a-session-token"
)

// verify checks a request's signature by the rules of Signature Version 4,
// written down anew from the specification.
func verify(r *http.Request, body []byte) string {
	const scheme = "AWS4-HMAC-SHA256 "
	header := r.Header.Get("Authorization")
	fields := map[string]string{}
	for part := range strings.SplitSeq(strings.TrimPrefix(header, scheme), ", ") {
		k, v, _ := strings.Cut(part, "=")
		fields[k] = v
	}
	scope := strings.Split(fields["Credential"], "/")
	if !strings.HasPrefix(header, scheme) || len(scope) != 5 {
		return "no signature"
	}
	if scope[0] != accessKey || scope[3] != "lambda" || scope[4] != "aws4_request" || r.Header.Get("X-Amz-Security-Token") != session {
		return "wrong credentials or scope: " + fields["Credential"]
	}
	when := r.Header.Get("X-Amz-Date")
	if t, err := time.Parse("20060102T150405Z", when); err != nil || time.Since(t).Abs() > 5*time.Minute || !strings.HasPrefix(when, scope[1]) {
		return "wrong date " + when
	}
	names := strings.Split(fields["SignedHeaders"], ";")
	if !sort.StringsAreSorted(names) {
		return "signed headers are not in order"
	}
	var canonical strings.Builder
	signed := map[string]bool{}
	for _, name := range names {
		signed[name] = true
		value := strings.Join(r.Header.Values(name), ",")
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			value = r.Header.Get("Content-Length")
			if value == "" {
				value = strconv.Itoa(len(body))
			}
		}
		canonical.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	for _, name := range []string{"host", "x-amz-date", "x-amz-security-token", "x-amz-invocation-type"} {
		if !signed[name] {
			return name + " is not signed"
		}
	}
	// The path is encoded once more for every service but S3.
	path := strings.ReplaceAll(r.URL.EscapedPath(), "%", "%25")
	query := strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20")
	sum := sha256.Sum256(body)
	request := strings.Join([]string{r.Method, path, query, canonical.String(), fields["SignedHeaders"], hex.EncodeToString(sum[:])}, "\n")
	hashed := sha256.Sum256([]byte(request))
	text := strings.Join([]string{"AWS4-HMAC-SHA256", when, strings.Join(scope[1:], "/"), hex.EncodeToString(hashed[:])}, "\n")
	key := []byte("AWS4" + secretKey)
	for _, part := range append(scope[1:], text) {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	if hex.EncodeToString(key) != fields["Signature"] {
		return "the signature does not match"
	}
	return ""
}

// lambdaServer speaks the Invoke API. It refuses what is not signed.
func lambdaServer(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if why := verify(r, body); why != "" {
			w.Header().Set("X-Amzn-ErrorType", "InvalidSignatureException")
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"message":"`+why+`"}`)
			return
		}
		w.Header().Set("x-amzn-RequestId", "remote-id")
		name, ok := strings.CutPrefix(r.URL.Path, "/2015-03-31/functions/")
		name, ok2 := strings.CutSuffix(name, "/invocations")
		if !ok || !ok2 || r.Method != http.MethodPost {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("X-Amz-Executed-Version", "7")
		kind := r.Header.Get("X-Amz-Invocation-Type")
		refuse := func(status int, kind, text string) {
			w.Header().Set("X-Amzn-ErrorType", kind+":http://internal.amazon.com/coral/")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"Type":"User","Message":"`+text+`"}`)
		}
		switch name {
		case "echo":
			if kind == "Event" {
				w.WriteHeader(http.StatusAccepted)
				return
			}
			_, _ = io.WriteString(w, `{"q":"`+r.URL.Query().Get("Qualifier")+`","trace":"`+r.Header.Get("X-Amzn-Trace-Id")+`","region":"`+strings.Split(r.Header.Get("Authorization"), "/")[2]+`","event":`+string(body)+`}`)
		case "fails":
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			_, _ = io.WriteString(w, `{"errorMessage":"boom"}`)
		case "busy":
			refuse(429, "TooManyRequestsException", "Rate Exceeded.")
		case "denied":
			refuse(403, "AccessDeniedException", "User is not authorized")
		case "big":
			refuse(413, "RequestTooLargeException", "too large")
		case "huge":
			_, _ = w.Write(make([]byte, 20<<20))
		case "broken":
			refuse(502, "InvalidRuntimeException", "bad runtime")
		case "moved":
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
		case "slow":
			<-r.Context().Done()
		case "cut":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "{")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		default:
			refuse(404, "ResourceNotFoundException", "Function not found: "+name)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func open(t *testing.T, address, remote string) *Function {
	t.Helper()
	f, err := New(Options{
		URL: address, Region: "eu-west-1", RemoteName: remote,
		Credentials: credentials.NewStaticCredentialsProvider(accessKey, secretKey, session),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func reference(t *testing.T, s string) lambda.Reference {
	t.Helper()
	ref, err := lambda.ParseReference(s)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func TestInvoke(t *testing.T) {
	f := open(t, lambdaServer(t).URL, "")
	for _, c := range []struct{ function, event, want string }{
		{"echo", `{"a":1}`, `{"q":"","trace":"Root=1","region":"eu-west-1","event":{"a":1}}`},
		{"echo:live", `[]`, `{"q":"live","trace":"Root=1","region":"eu-west-1","event":[]}`},
		{"echo:$LATEST", `[]`, `{"q":"$LATEST","trace":"Root=1","region":"eu-west-1","event":[]}`},
		{"arn:aws:lambda:ap-south-1:123456789012:function:echo:3", `[]`, `{"q":"3","trace":"Root=1","region":"ap-south-1","event":[]}`},
	} {
		r, err := f.Invoke(context.Background(), &lambda.Invocation{
			Function: reference(t, c.function), Payload: []byte(c.event), TraceID: "Root=1",
		})
		if err != nil {
			t.Fatal(c.function, err)
		}
		if string(r.Payload) != c.want || r.RequestID != "remote-id" || r.ExecutedVersion != "7" || r.StatusCode != 200 || r.FunctionError != "" {
			t.Errorf("%s: %+v %s", c.function, r, r.Payload)
		}
	}
}

func TestAsync(t *testing.T) {
	f := open(t, lambdaServer(t).URL+"/", "")
	r, err := f.Invoke(context.Background(), &lambda.Invocation{Function: reference(t, "echo"), Payload: []byte(`{}`), Async: true})
	if err != nil || r.StatusCode != 202 || len(r.Payload) != 0 {
		t.Fatal(r, err)
	}
}

func TestFunctionError(t *testing.T) {
	f := open(t, lambdaServer(t).URL, "fails")
	r, err := f.Invoke(context.Background(), &lambda.Invocation{Function: reference(t, "local"), Payload: []byte(`{}`)})
	if err != nil || r.FunctionError != "Unhandled" || string(r.Payload) != `{"errorMessage":"boom"}` {
		t.Fatal(r, err)
	}
}

func TestRefusals(t *testing.T) {
	f := open(t, lambdaServer(t).URL, "")
	for _, c := range []struct {
		function string
		kind     lambda.Kind
		status   int
		text     string
	}{
		{"none", lambda.KindUnknownFunction, 404, "invoke function none: unknown function (status 404): ResourceNotFoundException: Function not found: none"},
		{"busy", lambda.KindThrottled, 429, "invoke function busy: throttled (status 429): TooManyRequestsException: Rate Exceeded."},
		{"denied", lambda.KindFailed, 403, "invoke function denied: invocation failed (status 403): AccessDeniedException: User is not authorized"},
		{"big", lambda.KindTooLarge, 413, "invoke function big: payload too large (status 413): RequestTooLargeException: too large"},
		{"broken", lambda.KindFailed, 502, "invoke function broken: invocation failed (status 502): InvalidRuntimeException: bad runtime"},
		{"huge", lambda.KindTooLarge, 200, "invoke function huge: payload too large (status 200): the endpoint answered with more bytes than the service would"},
		{"moved", lambda.KindFailed, 307, "invoke function moved: invocation failed (status 307)"},
		{"cut", lambda.KindFailed, 0, "invoke function cut: invocation failed: the answer broke off: unexpected EOF"},
	} {
		_, err := f.Invoke(context.Background(), &lambda.Invocation{Function: reference(t, c.function), Payload: []byte(`{}`)})
		e, ok := err.(*lambda.Error)
		if !ok || e.Kind != c.kind || e.Status != c.status || e.Error() != c.text {
			t.Errorf("%s: %v", c.function, err)
		}
	}
	_, err := f.Invoke(context.Background(), &lambda.Invocation{Function: reference(t, "echo"), Payload: make([]byte, lambda.MaxPayload+1)})
	if lambda.KindOf(err) != lambda.KindTooLarge {
		t.Error(err)
	}
}

func TestWrongSecret(t *testing.T) {
	f, err := New(Options{URL: lambdaServer(t).URL, Credentials: credentials.NewStaticCredentialsProvider(accessKey, "other", session)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Invoke(context.Background(), &lambda.Invocation{Function: reference(t, "echo"), Payload: []byte(`{}`)})
	e, ok := err.(*lambda.Error)
	if !ok || e.Status != 403 || e.Type != "InvalidSignatureException" {
		t.Fatal(err)
	}
}

func TestDeadline(t *testing.T) {
	f := open(t, lambdaServer(t).URL, "")
	inv := &lambda.Invocation{Function: reference(t, "slow"), Payload: []byte(`{}`), Deadline: time.Now().Add(50 * time.Millisecond)}
	if _, err := f.Invoke(context.Background(), inv); lambda.KindOf(err) != lambda.KindTimeout {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := f.Invoke(ctx, &lambda.Invocation{Function: reference(t, "slow")}); lambda.KindOf(err) != lambda.KindCanceled {
		t.Fatal(err)
	}
}

func TestNobodyListens(t *testing.T) {
	s := httptest.NewServer(nil)
	s.Close()
	f := open(t, s.URL, "")
	_, err := f.Invoke(context.Background(), &lambda.Invocation{Function: reference(t, "echo")})
	if e, ok := err.(*lambda.Error); !ok || e.Kind != lambda.KindFailed || e.Status != 0 {
		t.Fatal(err)
	}
}

// TestConnections checks that connections are used again.
func TestConnections(t *testing.T) {
	inner := lambdaServer(t).Config.Handler
	var mu sync.Mutex
	from := map[string]bool{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		from[r.RemoteAddr] = true
		mu.Unlock()
		inner.ServeHTTP(w, r)
	}))
	defer s.Close()
	f := open(t, s.URL, "")
	for range 20 {
		_, err := f.Invoke(context.Background(), &lambda.Invocation{Function: reference(t, "echo"), Payload: []byte(`{}`)})
		if err != nil {
			t.Fatal(err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(from) != 1 {
		t.Errorf("%d connections", len(from))
	}
}

func TestOfficialAddresses(t *testing.T) {
	f := open(t, "https://lambda.eu-west-1.amazonaws.com", "")
	req, err := f.request(context.Background(), &lambda.Invocation{Function: reference(t, "arn:aws:lambda:ap-south-1:123456789012:function:echo:3")})
	if err != nil {
		t.Fatal(err)
	}
	want := "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/arn%3Aaws%3Alambda%3Aap-south-1%3A123456789012%3Afunction%3Aecho/invocations?Qualifier=3"
	if u, _ := url.Parse(want); req.URL.String() != u.String() {
		t.Errorf("%s", req.URL)
	}
	if why := verify(req, nil); why != "" {
		t.Error(why)
	}
}

func TestNoCredentials(t *testing.T) {
	for _, key := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"} {
		t.Setenv(key, "")
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	f, err := New(Options{URL: lambdaServer(t).URL, Credentials: &Chain{}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Invoke(context.Background(), &lambda.Invocation{Function: reference(t, "echo")})
	if lambda.KindOf(err) != lambda.KindFailed || !strings.Contains(err.Error(), "no credentials to sign requests with") {
		t.Fatal(err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", accessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secretKey)
	t.Setenv("AWS_SESSION_TOKEN", session)
	f.credentials = &Chain{}
	r, err := f.Invoke(context.Background(), &lambda.Invocation{Function: reference(t, "echo"), Payload: []byte(`1`)})
	if err != nil || !strings.Contains(string(r.Payload), `"event":1`) {
		t.Fatal(err)
	}
}
