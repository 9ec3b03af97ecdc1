package authorizers

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"sluice/api"
	"sluice/authorizers/userpool"
	"sluice/mapping"
)

const (
	poolARN    = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Pool1"
	poolIssuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool1"
)

// pool is a user pool whose key set is in a file.
type pool struct {
	key  *rsa.PrivateKey
	file string
}

func newPool(t testing.TB) *pool {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &pool{key: key, file: filepath.Join(t.TempDir(), "jwks.json")}
	text := fmt.Sprintf(`{"keys":[{"alg":"RS256","e":%q,"kid":"k1","kty":"RSA","n":%q,"use":"sig"}]}`,
		base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()), base64.RawURLEncoding.EncodeToString(key.N.Bytes()))
	if err := os.WriteFile(p.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// token mints a token; change may alter its claims.
func (p *pool) token(t testing.TB, change func(c jwt.MapClaims)) string {
	claims := jwt.MapClaims{
		"sub": "u1", "aud": "client1", "iss": poolIssuer, "token_use": "id",
		"exp": testNow.Unix() + 3600, "iat": testNow.Unix(), "custom:role": "admin", "cognito:groups": []string{"a", "b"},
	}
	if change != nil {
		change(claims)
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = "k1"
	s, err := token.SignedString(p.key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func access(scope string) func(c jwt.MapClaims) {
	return func(c jwt.MapClaims) {
		delete(c, "aud")
		c["token_use"], c["client_id"], c["scope"] = "access", "client1", scope
	}
}

func (p *pool) guard(t testing.TB) *Guard {
	return newTestGuard(t, Options{KeySets: userpool.Options{Sources: map[string]string{"us-east-1_Pool1": p.file}}})
}

func cognito(expression string) api.Authorizer {
	return api.Authorizer{Type: api.AuthorizerCognito, ProviderARNs: []string{poolARN}, IdentityValidationExpression: expression}
}

func TestCognito(t *testing.T) {
	p := newPool(t)
	good := p.token(t, nil)
	expired := p.token(t, func(c jwt.MapClaims) { c["exp"] = testNow.Unix() - 1 })
	foreign := p.token(t, func(c jwt.MapClaims) { c["iss"] = strings.Replace(poolIssuer, "Pool1", "Pool2", 1) })
	const late = "The incoming token has expired"
	for _, c := range []struct {
		name, token, expression string
		scopes                  []string
		message                 string // "": let in
	}{
		{name: "ID token", token: good},
		{name: "Bearer", token: "Bearer " + good},
		{name: "bearer", token: "bearer  " + good},
		{name: "nothing", token: "", message: "Unauthorized"},
		{name: "Bearer alone", token: "Bearer ", message: "Unauthorized"},
		{name: "other scheme", token: "Basic " + good, message: "Unauthorized"},
		{name: "no token", token: "x", message: "Unauthorized"},
		{name: "expired", token: expired, message: late},
		{name: "Bearer expired", token: "Bearer " + expired, message: late},
		{name: "foreign issuer", token: foreign, message: "Unauthorized"},
		{name: "client", token: good, expression: "client[0-9]"},
		{name: "other client", token: good, expression: "client", message: "Unauthorized"},
		{name: "access token without scopes", token: p.token(t, access("a")), message: "Unauthorized"},
		{name: "access token for an expression", token: p.token(t, access("a")), expression: ".*", scopes: []string{"a"}, message: "Unauthorized"},
		{name: "scope", token: p.token(t, access("x api/read y")), scopes: []string{"api/write", "api/read"}},
		{name: "other scope", token: p.token(t, access("api/reads")), scopes: []string{"api/read"}, message: "Unauthorized"},
		{name: "part of a scope", token: p.token(t, access("api")), scopes: []string{"api/read"}, message: "Unauthorized"},
		{name: "no scope", token: p.token(t, access("")), scopes: []string{"api/read"}, message: "Unauthorized"},
		{name: "ID token for scopes", token: p.token(t, func(c jwt.MapClaims) { c["scope"] = "api/read" }), scopes: []string{"api/read"}, message: "Unauthorized"},
		{name: "no use", token: p.token(t, func(c jwt.MapClaims) { delete(c, "token_use") }), message: "Unauthorized"},
	} {
		m := compile(t, p.guard(t), testStage, cognito(c.expression),
			MethodOptions{AuthorizationType: api.AuthorizationCognito, Scopes: c.scopes})
		for range 2 {
			id, got := ask(m, withHeader("authorization", c.token))
			kind := api.Unauthorized
			if c.message == "" {
				kind = ""
			}
			wantRefusal(t, c.name, got, kind, c.message)
			if got != nil && (id.Authorized() || got.Status != 401 || got.ErrorType != "UnauthorizedException") {
				t.Errorf("%s: %+v", c.name, got)
			}
		}
	}
}

func TestCognitoClaims(t *testing.T) {
	p := newPool(t)
	m := compile(t, p.guard(t), testStage, cognito(""), MethodOptions{AuthorizationType: api.AuthorizationCognito})
	id, got := ask(m, withHeader("Authorization", p.token(t, nil)))
	if got != nil {
		t.Fatal(got)
	}
	for name, want := range map[string]string{
		"sub": "u1", "custom:role": "admin", "cognito:groups": "a,b", "exp": "Tue Sep 22 11:15:00 UTC 2026", "none": "",
	} {
		if b, ok := id.AppendVariable(nil, mapping.Variable{ID: mapping.AuthorizerClaim, Key: name}); string(b) != want || ok != (want != "") {
			t.Errorf("%s: %q", name, b)
		}
	}
	if got := string(id.AppendJSON(nil)); !strings.HasPrefix(got, `{"claims":{`) || !strings.Contains(got, `"custom:role":"admin"`) {
		t.Errorf("got %s", got)
	}
	if v, ok := id.Map().Get("claims"); !ok || v.IsNull() {
		t.Error("no claims")
	}
	result := m.authorizer.Test(context.Background(), withHeader("Authorization", p.token(t, access("a"))))
	if result.ClientStatus != 0 || result.Claims["client_id"] != "client1" {
		t.Errorf("got %+v", result)
	}
}

// The token must be valid first; then the resource policy is judged alone.
func TestCognitoWithResourcePolicy(t *testing.T) {
	p := newPool(t)
	good := p.token(t, nil)
	for document, message := range map[string]string{
		"": "", allowDocument: "", neitherDocument: anonymous, denyDocument: anonymous + explicit,
	} {
		m := compile(t, p.guard(t), testStage, cognito(""),
			MethodOptions{AuthorizationType: api.AuthorizationCognito, Policy: resourcePolicy(t, document)})
		kind := api.AccessDenied
		if message == "" {
			kind = ""
		}
		_, got := ask(m, withHeader("Authorization", good))
		wantRefusal(t, document, got, kind, message)
		_, got = ask(m, withHeader("Authorization", "x"))
		wantRefusal(t, document, got, api.Unauthorized, "Unauthorized")
	}
}

// Keys that cannot be had are the configuration's fault.
func TestCognitoKeysUnavailable(t *testing.T) {
	p := newPool(t)
	token := p.token(t, nil)
	p.file += ".missing"
	m := compile(t, p.guard(t), testStage, cognito(""), MethodOptions{AuthorizationType: api.AuthorizationCognito})
	id, got := ask(m, withHeader("Authorization", token))
	wantRefusal(t, "no keys", got, api.AuthorizerConfigurationError, "")
	if !strings.Contains(id.Authenticate.Error, "us-east-1_Pool1") {
		t.Errorf("error %q", id.Authenticate.Error)
	}
}

func TestSeveralPools(t *testing.T) {
	p, q := newPool(t), newPool(t)
	g := newTestGuard(t, Options{KeySets: userpool.Options{Sources: map[string]string{"us-east-1_Pool1": p.file, "us-east-1_Pool2": q.file}}})
	d := cognito("")
	d.ProviderARNs = []string{"arn:aws:cognito-idp:us-east-1:123456789012:userpool/${stageVariables.none}", strings.Replace(poolARN, "Pool1", "${stageVariables.p}", 1), poolARN}
	stage := testStage
	stage.Variables = map[string]string{"p": "Pool2"}
	m := compile(t, g, stage, d, MethodOptions{AuthorizationType: api.AuthorizationCognito})
	second := func(c jwt.MapClaims) { c["iss"] = strings.Replace(poolIssuer, "Pool1", "Pool2", 1) }
	for n, token := range []string{p.token(t, nil), q.token(t, second)} {
		_, got := ask(m, withHeader("Authorization", token))
		wantRefusal(t, fmt.Sprint(n), got, "", "")
	}
	for n, token := range []string{q.token(t, nil), p.token(t, second)} {
		_, got := ask(m, withHeader("Authorization", token))
		wantRefusal(t, fmt.Sprint("crossed ", n), got, api.Unauthorized, "Unauthorized")
	}
}

func FuzzBearer(f *testing.F) {
	f.Add("Bearer x")
	f.Add("bearer   ")
	f.Fuzz(func(t *testing.T, header string) {
		if got := bearer(header); !strings.HasSuffix(header, got) {
			t.Fatalf("%q of %q", got, header)
		}
	})
}

func BenchmarkCognito(b *testing.B) {
	p := newPool(b)
	m := compile(b, p.guard(b), testStage, cognito("client[0-9]"), MethodOptions{AuthorizationType: api.AuthorizationCognito})
	r := withHeader("Authorization", "Bearer "+p.token(b, nil))
	id := new(Identity)
	b.ReportAllocs()
	for b.Loop() {
		id.Reset()
		if got := m.Authorize(context.Background(), r, id); got != nil {
			b.Fatal(got)
		}
	}
}

// The source address is left out only where no policy can ask for it.
func TestJudges(t *testing.T) {
	p := newPool(t)
	policy := resourcePolicy(t, allowDocument)
	for _, c := range []struct {
		name string
		d    api.Authorizer
		o    MethodOptions
		want bool
	}{
		{"open", cognito(""), MethodOptions{AuthorizationType: api.AuthorizationNone}, false},
		{"open with a policy", cognito(""), MethodOptions{AuthorizationType: api.AuthorizationNone, Policy: policy}, true},
		{"open and private", cognito(""), MethodOptions{AuthorizationType: api.AuthorizationNone, Private: true}, true},
		{"IAM", cognito(""), MethodOptions{AuthorizationType: api.AuthorizationIAM}, true},
		{"Cognito", cognito(""), MethodOptions{AuthorizationType: api.AuthorizationCognito}, false},
		{"Cognito with a policy", cognito(""), MethodOptions{AuthorizationType: api.AuthorizationCognito, Policy: policy}, true},
		{"Cognito and private", cognito(""), MethodOptions{AuthorizationType: api.AuthorizationCognito, Private: true}, true},
		{"TOKEN", tokenDefinition(300), MethodOptions{AuthorizationType: api.AuthorizationCustom}, true},
	} {
		if got := compile(t, p.guard(t), testStage, c.d, c.o).Judges(); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if !p.guard(t).Refusing(MethodOptions{}, "").Judges() {
		t.Error("a method that cannot be compiled is not judged by its resource policy")
	}
}
