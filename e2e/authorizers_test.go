package e2e

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	unauthorized = `{"message":"Unauthorized"}`
	authFailure  = `{"message":null}`
	refused      = `{"Message":"User is not authorized to access this resource"}`
	refusedDeny  = `{"Message":"User is not authorized to access this resource with an explicit deny"}`
)

// TestLambdaAuthorizers asks TOKEN and REQUEST authorizers.
func TestLambdaAuthorizers(t *testing.T) {
	s := serve(t, root+"/testdata/authorizers/sluice.yaml")
	letIn := func(who string) string {
		return fmt.Sprintf(`{"principal": "%s", "level": "3", "admin": "true"}`, who)
	}
	tests := []struct {
		path, token string
		status      int
		body        string
		errorType   string
	}{
		{"open", "", 200, `{"open": true}`, ""},
		{"token", "", 401, unauthorized, "UnauthorizedException"},
		{"token", "Not An Identity", 401, unauthorized, "UnauthorizedException"},
		{"token", "jane", 200, letIn("jane"), ""},
		{"token/secret", "jane", 200, letIn("jane"), ""},
		{"token", "deny", 403, refusedDeny, "AccessDeniedException"},
		{"token", "nothing", 403, refused, "AccessDeniedException"},
		{"token", "one", 200, `{"principal": "one", "level": "", "admin": ""}`, ""},
		{"token/secret", "one", 403, refused, "AccessDeniedException"}, // the cached policy is for another method
		{"token", "unauthorized", 401, unauthorized, "UnauthorizedException"},
		{"token", "broken", 500, authFailure, "AuthorizerFailureException"},
		{"token", "malformed", 500, authFailure, "AuthorizerConfigurationException"},
		{"token", "nested", 500, authFailure, "AuthorizerConfigurationException"},
	}
	for _, tt := range tests {
		var header []string
		if tt.token != "" {
			header = []string{"Authorization", tt.token}
		}
		a := get(t, s.url+"/dev/"+tt.path, header...)
		a.check(t, tt.path+" with "+tt.token, tt.status, tt.body)
		if got := a.header.Get("x-amzn-ErrorType"); got != tt.errorType {
			t.Errorf("%s with %s: error type %q, want %q", tt.path, tt.token, got, tt.errorType)
		}
	}

	get(t, s.url+"/dev/request?team=a", "x-user", "joe").check(t, "REQUEST", 200, letIn("joe"))
	get(t, s.url+"/dev/request?team=a", "x-user", "joe").check(t, "REQUEST again", 200, letIn("joe"))
	get(t, s.url+"/dev/request?team=b", "x-user", "joe").check(t, "REQUEST, another team", 200, letIn("joe"))
	get(t, s.url+"/dev/request", "x-user", "joe").check(t, "REQUEST without a source", 401, unauthorized)
	get(t, s.url+"/dev/request?team=a").check(t, "REQUEST without a header", 401, unauthorized)
	get(t, s.url+"/dev/request?team=a", "x-user", "deny").check(t, "REQUEST, denied", 403, refusedDeny)
	// What is between two sources belongs to neither: no identity poisons another.
	get(t, s.url+"/dev/request?team=x", "x-user", "deny").check(t, "poison", 403, refusedDeny)
	get(t, s.url+"/dev/request?team=denyx", "x-user", "u").check(t, "no poison", 200, letIn("u"))

	for range 3 {
		get(t, s.url+"/dev/uncached", "Authorization", "often").check(t, "uncached", 200, letIn("often"))
	}
	a := get(t, s.url+"/dev/event", "Authorization", "shown")
	if !strings.Contains(a.body, `"principalId":"shown"`) || !strings.Contains(a.body, `"level":"3"`) || !strings.Contains(a.body, `"integrationLatency":`) {
		t.Errorf("the authorizer in the proxy event: %d %s", a.status, a.body)
	}

	s.line(s.stderr, 0, `judged TOKEN shown"`) // all lines before it have come, too
	for what, want := range map[string]int{"TOKEN jane": 1, "REQUEST joe": 2, "TOKEN often": 3} {
		if n := s.stderr.count("judged " + what + `"`); n != want {
			t.Errorf("the function was asked %d times about %s, want %d", n, what, want)
		}
	}
}

// TestConcurrentIdentities: requests of one identity that come together ask once.
func TestConcurrentIdentities(t *testing.T) {
	s := serve(t, root+"/testdata/authorizers/sluice.yaml")
	var all sync.WaitGroup
	for i := range 40 {
		who := fmt.Sprintf("slow-%d", i%2)
		all.Go(func() {
			a, err := try(http.MethodGet, s.url+"/dev/token", "", "Authorization", who)
			if err != nil || a.status != 200 || !strings.Contains(a.body, `"`+who+`"`) {
				t.Errorf("%s: %d %s %v", who, a.status, a.body, err)
			}
		})
	}
	all.Wait()
	get(t, s.url+"/dev/token", "Authorization", "last")
	s.line(s.stderr, 0, `judged TOKEN last"`) // all lines before it have come, too
	for _, who := range []string{"slow-0", "slow-1"} {
		if n := s.stderr.count(`judged TOKEN ` + who); n != 1 {
			t.Errorf("the function was asked %d times about %s", n, who)
		}
	}
}

// keyServer serves a key set whose keys can be exchanged.
type keyServer struct {
	*httptest.Server
	set     atomic.Pointer[string]
	fetches atomic.Int64
}

func newKeyServer(t *testing.T) *keyServer {
	k := &keyServer{}
	k.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k.fetches.Add(1)
		_, _ = w.Write([]byte(*k.set.Load()))
	}))
	t.Cleanup(k.Close)
	return k
}

func (k *keyServer) publish(keys map[string]*rsa.PrivateKey) {
	s := keySet(keys)
	k.set.Store(&s)
}

func keySet(keys map[string]*rsa.PrivateKey) string {
	var list []string
	for id, key := range keys {
		e := big.NewInt(int64(key.E)).Bytes()
		list = append(list, fmt.Sprintf(`{"kty":"RSA","use":"sig","alg":"RS256","kid":%q,"n":%q,"e":%q}`, id,
			base64.RawURLEncoding.EncodeToString(key.N.Bytes()), base64.RawURLEncoding.EncodeToString(e)))
	}
	return `{"keys":[` + strings.Join(list, ",") + `]}`
}

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestUserPools checks tokens of two pools, whose keys come from a server and
// from a file.
func TestUserPools(t *testing.T) {
	const issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_one"
	first, second, third, other := newKey(t), newKey(t), newKey(t), newKey(t)
	keys := newKeyServer(t)
	keys.publish(map[string]*rsa.PrivateKey{"k1": first})
	dir := copyOf(t, "authorizers")
	rewrite(t, dir+"/pool-two.json", keySet(map[string]*rsa.PrivateKey{"other": other}))
	s := serve(t, "--jwks", "us-east-1_one="+keys.URL, dir+"/sluice.yaml")

	now := time.Now()
	idClaims := func(change ...any) jwt.MapClaims {
		c := jwt.MapClaims{
			"iss": issuer, "sub": "user-1", "aud": "client", "token_use": "id", "custom:role": "keeper",
			"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		}
		for i := 0; i < len(change); i += 2 {
			if c[change[i].(string)] = change[i+1]; change[i+1] == nil {
				delete(c, change[i].(string))
			}
		}
		return c
	}
	signed := func(method jwt.SigningMethod, kid string, key any, claims jwt.MapClaims) string {
		token := jwt.NewWithClaims(method, claims)
		token.Header["kid"] = kid
		text, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	rs256 := jwt.SigningMethodRS256
	good := signed(rs256, "k1", first, idClaims())
	access := func(scope string) string {
		return signed(rs256, "k1", first, idClaims("token_use", "access", "aud", nil, "client_id", "client", "scope", scope))
	}
	publicPEM := []byte("-----BEGIN PUBLIC KEY-----\n" + base64.StdEncoding.EncodeToString(first.N.Bytes()) + "\n-----END PUBLIC KEY-----\n")
	const letIn, expired = `{"sub": "user-1", "role": "keeper"}`, `{"message":"The incoming token has expired"}`
	part := strings.Split(good, ".")
	tests := []struct {
		name, path, token string
		status            int
		body              string
	}{
		{"an ID token", "pool", good, 200, letIn},
		{"with Bearer", "pool", "Bearer " + good, 200, letIn},
		{"of the other pool", "pool", signed(rs256, "other", other, idClaims("iss", strings.Replace(issuer, "_one", "_two", 1))), 200, letIn},
		{"an access token without scopes", "pool", access("pets/read"), 401, unauthorized},
		{"an access token", "scoped", access("pets/write pets/read"), 200, `{"client": "client"}`},
		{"an access token of other scopes", "scoped", access("pets/write"), 401, unauthorized},
		{"an ID token where scopes are asked", "scoped", good, 401, unauthorized},
		{"none", "pool", "", 401, unauthorized},
		{"no token", "pool", "abc", 401, unauthorized},
		{"expired", "pool", signed(rs256, "k1", first, idClaims("exp", now.Add(-time.Minute).Unix())), 401, expired},
		{"not yet", "pool", signed(rs256, "k1", first, idClaims("nbf", now.Add(time.Hour).Unix())), 401, unauthorized},
		{"without an end", "pool", signed(rs256, "k1", first, idClaims("exp", nil)), 401, unauthorized},
		{"foreign issuer", "pool", signed(rs256, "k1", first, idClaims("iss", "https://evil.example.com/us-east-1_one")), 401, unauthorized},
		{"issuer of a pool that is not listed", "pool", signed(rs256, "k1", first, idClaims("iss", strings.Replace(issuer, "_one", "_three", 1))), 401, unauthorized},
		{"the key of one pool, the issuer of the other", "pool", signed(rs256, "k1", first, idClaims("iss", strings.Replace(issuer, "_one", "_two", 1))), 401, unauthorized},
		{"alg=none", "pool", signed(jwt.SigningMethodNone, "k1", jwt.UnsafeAllowNoneSignatureType, idClaims()), 401, unauthorized},
		{"HS256 with the public key", "pool", signed(jwt.SigningMethodHS256, "k1", publicPEM, idClaims()), 401, unauthorized},
		{"HS256 with the modulus", "pool", signed(jwt.SigningMethodHS256, "k1", first.N.Bytes(), idClaims()), 401, unauthorized},
		{"PS256", "pool", signed(jwt.SigningMethodPS256, "k1", first, idClaims()), 401, unauthorized},
		{"another key", "pool", signed(rs256, "k1", other, idClaims()), 401, unauthorized},
		{"changed claims", "pool", part[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"`+issuer+`","sub":"root","token_use":"id","exp":9999999999}`)) + "." + part[2], 401, unauthorized},
		{"without a signature", "pool", part[0] + "." + part[1] + ".", 401, unauthorized},
	}
	for _, tt := range tests {
		a := get(t, s.url+"/dev/"+tt.path, "Authorization", tt.token)
		a.check(t, tt.name, tt.status, tt.body)
	}

	// The pool changes its keys: the new one counts at once, one that is gone not.
	before := keys.fetches.Load()
	keys.publish(map[string]*rsa.PrivateKey{"k2": second})
	get(t, s.url+"/dev/pool", "Authorization", signed(rs256, "k2", second, idClaims())).check(t, "a new key", 200, letIn)
	get(t, s.url+"/dev/pool", "Authorization", good).check(t, "a key that is gone", 401, unauthorized)
	// Unknown keys do not make the gateway hammer the pool.
	for i := range 50 {
		get(t, s.url+"/dev/pool", "Authorization", signed(rs256, fmt.Sprintf("no-%d", i), third, idClaims())).check(t, "unknown key", 401, unauthorized)
	}
	if n := keys.fetches.Load() - before; n > 10 {
		t.Errorf("%d fetches for 52 tokens with unknown keys", n)
	}
	// A pool that is down: what is known stays good.
	keys.Close()
	get(t, s.url+"/dev/pool", "Authorization", signed(rs256, "k2", second, idClaims())).check(t, "while the pool is down", 200, letIn)

	// Another source, by an edit of the project.
	replacement := newKeyServer(t)
	replacement.publish(map[string]*rsa.PrivateKey{"other": third})
	two := signed(rs256, "other", third, idClaims("iss", strings.Replace(issuer, "_one", "_two", 1)))
	get(t, s.url+"/dev/pool", "Authorization", two).check(t, "before the edit", 401, unauthorized)
	rewrite(t, dir+"/sluice.yaml", strings.Replace(read(t, dir+"/sluice.yaml"), "pool-two.json", replacement.URL, 1))
	s.line(s.stderr, 0, `msg=reloaded`)
	get(t, s.url+"/dev/pool", "Authorization", two).check(t, "after the edit", 200, letIn)
}

// TestPoolEndpoint takes key sets and issuers from a local user pool service.
func TestPoolEndpoint(t *testing.T) {
	key := newKey(t)
	var asked atomic.Pointer[string]
	pool := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		asked.Store(&path)
		fmt.Fprint(w, keySet(map[string]*rsa.PrivateKey{"k": key}))
	}))
	defer pool.Close()
	s := serveWith(t, []string{"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER=" + pool.URL}, root+"/testdata/authorizers/sluice.yaml")
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": pool.URL + "/us-east-1_one", "sub": "local", "token_use": "id", "exp": time.Now().Add(time.Hour).Unix(),
	})
	token.Header["kid"] = "k"
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	get(t, s.url+"/dev/pool", "Authorization", text).check(t, "a local pool's token", 200, `{"sub": "local", "role": ""}`)
	if p := asked.Load(); p == nil || *p != "/us-east-1_one/.well-known/jwks.json" {
		t.Errorf("asked for %v", p)
	}
}

// TestSignedRequests signs requests as SDKs do.
func TestSignedRequests(t *testing.T) {
	s := serve(t, root+"/testdata/authorizers/sluice.yaml")
	where, now := s.url+"/dev/iam", time.Now()
	const region, alice = "us-east-1", `{"arn": "arn:aws:iam::000000000000:user/alice", "account": "000000000000", "key": "AKIDALICE"}`
	signed := func(key, secret, token string, at time.Time) answer {
		return do(t, sign(t, http.MethodGet, where, "", key, secret, token, region, at))
	}
	signed("AKIDALICE", "wonder/land", "", now).check(t, "signed", 200, alice)
	get(t, presign(t, where, "AKIDALICE", "wonder/land", region, 300, now)).check(t, "presigned", 200, alice)

	refusal := func(what string, a answer, errorType, text string) {
		t.Helper()
		if got := a.header.Get("x-amzn-ErrorType"); a.status != 403 || got != errorType || !strings.Contains(a.body, text) {
			t.Errorf("%s: got %d %s %s, want 403 %s %s", what, a.status, got, a.body, errorType, text)
		}
	}
	refusal("unsigned", get(t, where), "MissingAuthenticationTokenException", `{"message":"Missing Authentication Token"}`)
	refusal("wrong secret", signed("AKIDALICE", "looking/glass", "", now), "InvalidSignatureException", "The request signature we calculated does not match the signature you provided.")
	refusal("unknown key", signed("AKIDNOBODY", "x", "", now), "UnrecognizedClientException", "The security token included in the request is invalid.")
	refusal("the pair of local services, though there are credentials", signed("test", "test", "", now), "UnrecognizedClientException", "")
	refusal("too old", signed("AKIDALICE", "wonder/land", "", now.Add(-20*time.Minute)), "InvalidSignatureException", "Signature expired")
	refusal("from the future", signed("AKIDALICE", "wonder/land", "", now.Add(20*time.Minute)), "InvalidSignatureException", "Signature not yet current")
	refusal("a presigned URL past its time", get(t, presign(t, where, "AKIDALICE", "wonder/land", region, 60, now.Add(-2*time.Minute))), "InvalidSignatureException", "Signature expired")
	refusal("an expired credential", signed("ASIAEXPIRED", "gone", "stale", now), "ExpiredTokenException", "The security token included in the request is expired")
	refusal("no policy", signed("AKIDMALLORY", "mallory", "", now), "AccessDeniedException", `{"Message":"User: arn:aws:iam::000000000000:user/mallory is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********0000:authorizers/dev/GET/iam`)
	refusal("another region", do(t, sign(t, http.MethodGet, where, "", "AKIDALICE", "wonder/land", "", "eu-west-1", now)), "InvalidSignatureException", "Credential should be scoped to a valid region")

	tampered := sign(t, http.MethodGet, where, "", "AKIDALICE", "wonder/land", "", region, now)
	tampered.URL.RawQuery = url.Values{"admin": {"true"}}.Encode()
	refusal("a query that was not signed", do(t, tampered), "InvalidSignatureException", "does not match")
}

// TestLoopbackCredential: test/test is known on the loopback interface only, and
// only without configured credentials.
func TestLoopbackCredential(t *testing.T) {
	dir := copyOf(t, "authorizers")
	project := read(t, dir+"/sluice.yaml")
	bare, _, _ := strings.Cut(project, "credentials:")
	rewrite(t, dir+"/sluice.yaml", bare)
	known := `{"arn": "arn:aws:iam::000000000000:root", "account": "000000000000", "key": "test"}`
	ask := func(address string, key, secret string) answer {
		return signedRequest(t, http.MethodGet, "http://"+address+"/dev/iam", "", key, secret, "", "us-east-1")
	}
	s := serve(t, dir+"/sluice.yaml")
	ask(s.address, "test", "test").check(t, "loopback", 200, known)
	// Credentials that are configured while it runs take its place, and give it back.
	rewrite(t, dir+"/sluice.yaml", project)
	_, seen := s.line(s.stderr, 0, `msg=reloaded`)
	if a := ask(s.address, "test", "test"); a.status != 403 {
		t.Errorf("with configured credentials: %d %s", a.status, a.body)
	}
	if a := ask(s.address, "AKIDALICE", "wonder/land"); a.status != 200 {
		t.Errorf("a configured credential: %d %s", a.status, a.body)
	}
	rewrite(t, dir+"/sluice.yaml", bare)
	s.line(s.stderr, seen, `msg=reloaded`)
	ask(s.address, "test", "test").check(t, "loopback again", 200, known)

	p := launch(t, "", nil, sluiceBinary, "serve", "--listen", "0.0.0.0:0", "--no-watch", dir+"/sluice.yaml")
	m, _ := p.line(p.stdout, 0, `^sluice: ready on http://\S+:(\d+)$`)
	if a := ask("127.0.0.1:"+m[1], "test", "test"); a.status != 403 {
		t.Errorf("on all interfaces: %d %s", a.status, a.body)
	}

	flagged := serve(t, "--credential", "AKFLAG:se/cret,arn=arn:aws:iam::000000000000:root", dir+"/sluice.yaml")
	if a := ask(flagged.address, "AKFLAG", "se/cret"); a.status != 200 {
		t.Errorf("a credential by flag: %d %s", a.status, a.body)
	}
	if a := ask(flagged.address, "test", "test"); a.status != 403 {
		t.Errorf("test/test beside a credential by flag: %d %s", a.status, a.body)
	}
}

// TestIdentitySmuggling: what looks like an identity source but is none must not
// be one, and several values cannot split between the cache and the function.
func TestIdentitySmuggling(t *testing.T) {
	s := serve(t, root+"/testdata/authorizers/sluice.yaml")
	get(t, s.url+"/dev/token", "Authorization", "jane").check(t, "warm", 200, `{"principal": "jane", "level": "3", "admin": "true"}`)
	raw := func(headers string) string {
		return rawExchange(t, s.address, "GET /dev/token HTTP/1.1\r\nHost: a\r\n"+headers+"Connection: close\r\n\r\n")
	}
	for _, tt := range []struct{ name, headers, want string }{
		{"a query parameter of that name", "Cookie: Authorization=jane\r\n", "401"},
		{"an underscore", "Authorization_: jane\r\n", "401"},
		{"the denied one last", "Authorization: jane\r\nAuthorization: deny\r\n", "403"},
		{"a space before the colon", "Authorization : jane\r\n", "400"},
		{"a folded line", "X: a\r\n Authorization: jane\r\n", "400"},
	} {
		if got := raw(tt.headers); !strings.HasPrefix(got, "HTTP/1.1 "+tt.want+" ") {
			t.Errorf("%s: got %q, want status %s", tt.name, got, tt.want)
		}
	}
}
