package userpool

import (
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var testKeys = sync.OnceValue(func() []*rsa.PrivateKey {
	keys := make([]*rsa.PrivateKey, 3)
	for i := range keys {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		keys[i] = k
	}
	return keys
})

var (
	testNow  = time.Date(2026, 9, 22, 10, 15, 0, 0, time.UTC)
	testPool = Pool{Partition: "aws", Region: "us-east-1", AccountID: "123456789012", ID: "us-east-1_Pool1"}
	otherID  = Pool{Partition: "aws", Region: "us-east-1", AccountID: "123456789012", ID: "us-east-1_Pool2"}
)

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// mint signs a token with an RSA key.
func mint(k *rsa.PrivateKey, header, claims string) string {
	signed := b64(header) + "." + b64(claims)
	h := crypto.SHA256
	switch {
	case strings.Contains(header, "RS384"):
		h = crypto.SHA384
	case strings.Contains(header, "RS512"):
		h = crypto.SHA512
	}
	d := h.New()
	d.Write([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, k, h, d.Sum(nil))
	if err != nil {
		panic(err)
	}
	return signed + "." + b64(string(signature))
}

func jwk(kid string, k *rsa.PublicKey, more string) string {
	return fmt.Sprintf(`{"kty":"RSA","use":"sig","kid":%q,"n":%q,"e":%q%s}`, kid,
		base64.RawURLEncoding.EncodeToString(k.N.Bytes()),
		base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.E)).Bytes()), more)
}

func jwks(keys ...string) string { return `{"keys":[` + strings.Join(keys, ",") + `]}` }

// keyServer serves a key set that can be changed and broken.
type keyServer struct {
	*httptest.Server
	text  atomic.Pointer[string]
	hits  atomic.Int64
	fail  atomic.Bool
	block chan struct{} // when not nil, answers wait for it
}

func newKeyServer(t testing.TB, text string) *keyServer {
	s := &keyServer{}
	s.text.Store(&text)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.hits.Add(1)
		if s.block != nil {
			<-s.block
		}
		if s.fail.Load() {
			w.WriteHeader(500)
			return
		}
		io.WriteString(w, *s.text.Load())
	}))
	t.Cleanup(s.Close)
	return s
}

func newTestVerifier(t testing.TB, o Options) *Verifier {
	o.Log = slog.New(slog.DiscardHandler)
	v := NewVerifier(o, 1<<20)
	t.Cleanup(v.Close)
	return v
}

const (
	goodHeader = `{"kid":"k1","alg":"RS256"}`
	goodClaims = `{"sub":"u1","aud":"client1","iss":"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool1","token_use":"id","exp":1790075700,"iat":1790072100,"cognito:groups":["a","b"],"email_verified":true,"auth_time":1790072100,"address":{"formatted": "x, y"},"identities":[{"userId":"1"}],"nothing":null,"n":1.50}`
)

func TestVerify(t *testing.T) {
	keys := testKeys()
	k1 := &keys[0].PublicKey
	s := newKeyServer(t, jwks(jwk("k1", k1, ""), jwk("k2", &keys[1].PublicKey, `,"alg":"RS256"`)))
	v := newTestVerifier(t, Options{Sources: map[string]string{testPool.ID: s.URL, otherID.ID: s.URL}})
	pools := []*KeySet{v.KeySet(testPool)}
	public, err := x509.MarshalPKIXPublicKey(k1)
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	hs := func(header string, secret []byte) string {
		signed := b64(header) + "." + b64(goodClaims)
		m := hmac.New(sha256.New, secret)
		m.Write([]byte(signed))
		return signed + "." + b64(string(m.Sum(nil)))
	}
	good := mint(keys[0], goodHeader, goodClaims)
	parts := strings.Split(good, ".")
	claim := func(old, new string) string {
		if !strings.Contains(goodClaims, old) {
			t.Fatalf("no %s", old)
		}
		return mint(keys[0], goodHeader, strings.Replace(goodClaims, old, new, 1))
	}
	for _, c := range []struct {
		name, token string
		want        error
	}{
		{"good", good, nil},
		{"good again", good, nil},
		{"RS384", mint(keys[0], `{"kid":"k1","alg":"RS384"}`, goodClaims), nil},
		{"RS512", mint(keys[0], `{"kid":"k1","alg":"RS512","typ":"JWT"}`, goodClaims), nil},
		{"aud list", claim(`"client1"`, `["x","client1"]`), nil},
		{"none", b64(`{"kid":"k1","alg":"none"}`) + "." + parts[1] + ".", ErrInvalid},
		{"None", b64(`{"kid":"k1","alg":"None"}`) + "." + parts[1] + "." + parts[2], ErrInvalid},
		{"no alg", b64(`{"kid":"k1"}`) + "." + parts[1] + "." + parts[2], ErrInvalid},
		{"alg twice", mint(keys[0], `{"kid":"k1","alg":"none","alg":"RS256"}`, goodClaims), ErrInvalid},
		{"HS256 with the PEM", hs(`{"kid":"k1","alg":"HS256"}`, publicPEM), ErrInvalid},
		{"HS256 with the DER", hs(`{"kid":"k1","alg":"HS256"}`, public), ErrInvalid},
		{"HS256 with n", hs(`{"kid":"k1","alg":"HS256"}`, k1.N.Bytes()), ErrInvalid},
		{"HS256 as RS256", hs(goodHeader, publicPEM), ErrInvalid},
		{"PS256", mint(keys[0], `{"kid":"k1","alg":"PS256"}`, goodClaims), ErrInvalid},
		{"other key", mint(keys[2], goodHeader, goodClaims), ErrInvalid},
		{"other key of the set", mint(keys[1], goodHeader, goodClaims), ErrInvalid},
		{"key for RS256 only", mint(keys[1], `{"kid":"k2","alg":"RS512"}`, goodClaims), ErrInvalid},
		{"unknown kid", mint(keys[0], `{"kid":"k9","alg":"RS256"}`, goodClaims), ErrInvalid},
		{"no kid", mint(keys[0], `{"alg":"RS256"}`, goodClaims), ErrInvalid},
		{"kid is a number", mint(keys[0], `{"kid":1,"alg":"RS256"}`, goodClaims), ErrInvalid},
		{"crit", mint(keys[0], `{"kid":"k1","alg":"RS256","crit":["b64"],"b64":false}`, goodClaims), ErrInvalid},
		{"own key", mint(keys[2], `{"alg":"RS256","kid":"own","jwk":`+jwk("own", &keys[2].PublicKey, "")+`}`, goodClaims), ErrInvalid},
		{"jku", mint(keys[2], `{"alg":"RS256","kid":"own","jku":"http://127.0.0.1:1/"}`, goodClaims), ErrInvalid},
		{"foreign issuer", claim("us-east-1_Pool1", "us-east-1_Pool9"), ErrInvalid},
		{"issuer of another pool", claim("us-east-1_Pool1", "us-east-1_Pool2"), ErrInvalid},
		{"issuer with a slash", claim(`_Pool1"`, `_Pool1/"`), ErrInvalid},
		{"http issuer", claim("https:", "http:"), ErrInvalid},
		{"no issuer", claim(`"iss"`, `"isz"`), ErrInvalid},
		{"expired", claim("1790075700", "1790072099"), ErrExpired},
		{"expires now", claim("1790075700", "1790072100"), ErrExpired},
		{"expires in a second", claim("1790075700", "1790072101"), nil},
		{"expired and forged", mint(keys[2], goodHeader, strings.Replace(goodClaims, "1790075700", "1", 1)), ErrInvalid},
		{"no exp", claim(`"exp"`, `"exq"`), ErrInvalid},
		{"exp is text", claim(`1790075700`, `"1790075700"`), ErrInvalid},
		{"exp is null", claim(`1790075700`, `null`), ErrInvalid},
		{"exp is endless", claim(`1790075700`, `1e300`), ErrInvalid},
		{"exp twice", claim(`"exp":1790075700`, `"exp":1,"exp":1790075700`), ErrInvalid},
		{"not before now", claim(`"sub":"u1"`, `"nbf":1790072100`), nil},
		{"not before the next second", claim(`"sub":"u1"`, `"nbf":1790072101`), ErrInvalid},
		{"claims are a list", mint(keys[0], goodHeader, "[]"), ErrInvalid},
		{"claims are no JSON", mint(keys[0], goodHeader, goodClaims+"x"), ErrInvalid},
		{"other claims", parts[0] + "." + b64(strings.Replace(goodClaims, "u1", "u2", 1)) + "." + parts[2], ErrInvalid},
		{"no signature", parts[0] + "." + parts[1] + ".", ErrInvalid},
		{"no third part", parts[0] + "." + parts[1], ErrInvalid},
		{"four parts", good + ".x", ErrInvalid},
		{"five parts", good + ".x.y", ErrInvalid},
		{"padded", parts[0] + "=." + parts[1] + "." + parts[2], ErrInvalid},
		{"line break", parts[0] + "." + parts[1] + "." + parts[2][:9] + "\n" + parts[2][9:], ErrInvalid},
		{"trailing bits", parts[0] + "." + parts[1] + "." + respell(parts[2]), ErrInvalid},
		{"blank before", " " + good, ErrInvalid},
		{"empty", "", ErrInvalid},
		{"dots", "..", ErrInvalid},
		{"huge", strings.Repeat("a", 1<<20), ErrInvalid},
		{"huge claims", mint(keys[0], goodHeader, `{"x":"`+strings.Repeat("a", 1<<15)+`"}`), ErrInvalid},
	} {
		claims, err := v.Verify(context.Background(), c.token, pools, testNow)
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) || (claims != nil) && c.want == ErrInvalid {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
	if _, err := v.Verify(context.Background(), good, []*KeySet{v.KeySet(otherID)}, testNow); !errors.Is(err, ErrInvalid) {
		t.Errorf("a token that was verified for one pool counts for another: %v", err)
	}
	if _, err := v.Verify(context.Background(), good, pools, testNow.Add(time.Hour)); !errors.Is(err, ErrExpired) {
		t.Errorf("a remembered token outlives its time: %v", err)
	}
}

// respell changes the bits of the last character that do not count.
func respell(s string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	i := strings.IndexByte(alphabet, s[len(s)-1])
	return s[:len(s)-1] + string(alphabet[i^1])
}

func TestClaimTexts(t *testing.T) {
	c, err := parseClaims(goodClaims)
	if err != nil {
		t.Fatal(err)
	}
	want := [][2]string{
		{"sub", "u1"},
		{"aud", "client1"},
		{"iss", "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool1"},
		{"token_use", "id"},
		{"exp", "Tue Sep 22 11:15:00 UTC 2026"},
		{"iat", "Tue Sep 22 10:15:00 UTC 2026"},
		{"cognito:groups", "a,b"},
		{"email_verified", "true"},
		{"auth_time", "1790072100"},
		{"address", `{"formatted":"x, y"}`},
		{"identities", `{"userId":"1"}`},
		{"n", "1.5"},
	}
	pairs := c.Pairs()
	if len(pairs) != len(want) {
		t.Fatalf("got %q", pairs)
	}
	for i, w := range want {
		if p := pairs[i]; p.Name != w[0] || p.Value != w[1] {
			t.Errorf("got %q, want %q", p, w)
		}
	}
}

func TestRotation(t *testing.T) {
	keys := testKeys()
	s := newKeyServer(t, jwks(jwk("k1", &keys[0].PublicKey, "")))
	v := newTestVerifier(t, Options{Sources: map[string]string{testPool.ID: s.URL}, MaxAge: time.Hour})
	set := v.KeySet(testPool)
	pools := []*KeySet{set}
	claims := strings.Replace(goodClaims, "1790075700", "1890075700", 1)
	old, young := mint(keys[0], goodHeader, claims), mint(keys[1], `{"kid":"k2","alg":"RS256"}`, claims)
	verify := func(token string, after time.Duration) error {
		t.Helper()
		_, err := v.Verify(context.Background(), token, pools, testNow.Add(after))
		return err
	}
	if err := verify(old, 0); err != nil {
		t.Fatal(err)
	}
	// The new key is found at once.
	both := jwks(jwk("k1", &keys[0].PublicKey, ""), jwk("k2", &keys[1].PublicKey, ""))
	s.text.Store(&both)
	if err := verify(young, time.Second); err != nil {
		t.Fatal(err)
	}
	if got := s.hits.Load(); got != 2 {
		t.Fatalf("%d fetches, want 2", got)
	}
	remembered, err := v.Verify(context.Background(), old, pools, testNow)
	if err != nil || set.current("k1") != remembered.key {
		t.Errorf("the old key lost its identity: %v", err)
	}
	// Unknown keys cost few fetches.
	for i := range 50 {
		if err := verify(mint(keys[2], fmt.Sprintf(`{"kid":"x%d","alg":"RS256"}`, i), claims), 2*time.Second); !errors.Is(err, ErrInvalid) {
			t.Fatal(err)
		}
	}
	if got := s.hits.Load(); got > fetchBurst {
		t.Errorf("%d fetches", got)
	}
	// An old set is fetched in the background, and tokens go with their keys.
	only := jwks(jwk("k2", &keys[1].PublicKey, ""))
	s.text.Store(&only)
	before := s.hits.Load()
	if err := verify(old, 2*time.Hour); err != nil {
		t.Fatalf("the request that finds the set old: %v", err)
	}
	wait(set)
	if got := s.hits.Load(); got != before+1 {
		t.Errorf("%d fetches in the background", got-before)
	}
	if err := verify(old, 2*time.Hour); !errors.Is(err, ErrInvalid) {
		t.Errorf("a remembered token outlives its key: %v", err)
	}
	if err := verify(young, 2*time.Hour); err != nil {
		t.Error(err)
	}
	// What was known stays in use when the server breaks.
	for _, broken := range []string{"", "{}", `{"keys":[]}`, `{"keys":[{"kty":"RSA","kid":"k2","n":"AQ","e":"AQAB"}]}`} {
		s.text.Store(&broken)
		if err := verify(young, 10*time.Hour); err != nil {
			t.Errorf("%q: %v", broken, err)
		}
		wait(set)
		if err := verify(young, 10*time.Hour); err != nil {
			t.Errorf("%q: %v", broken, err)
		}
		wait(set)
	}
	s.fail.Store(true)
	if err := verify(young, 100*time.Hour); err != nil {
		t.Error(err)
	}
	wait(set)
	if err := verify(young, 100*time.Hour); err != nil {
		t.Error(err)
	}
}

// wait waits for the fetch under way, if any.
func wait(s *KeySet) {
	s.mu.Lock()
	running := s.running
	s.mu.Unlock()
	if running != nil {
		<-running
	}
}

func TestUnavailable(t *testing.T) {
	keys := testKeys()
	token := mint(keys[0], goodHeader, goodClaims)
	s := newKeyServer(t, jwks(jwk("k1", &keys[0].PublicKey, "")))
	s.fail.Store(true)
	v := newTestVerifier(t, Options{Sources: map[string]string{testPool.ID: s.URL}})
	pools := []*KeySet{v.KeySet(testPool)}
	for range 20 {
		if _, err := v.Verify(context.Background(), token, pools, testNow); !errors.Is(err, ErrKeys) {
			t.Fatal(err)
		}
	}
	if got := s.hits.Load(); got != fetchBurst {
		t.Errorf("%d fetches, want %d", got, fetchBurst)
	}
	s.fail.Store(false)
	if _, err := v.Verify(context.Background(), token, pools, testNow.Add(time.Minute)); err != nil {
		t.Errorf("once it is there again: %v", err)
	}
}

// A server that does not answer holds nobody for longer than the time-out, and
// nobody at all who does not wait.
func TestSlowServer(t *testing.T) {
	keys := testKeys()
	token := mint(keys[0], goodHeader, goodClaims)
	s := newKeyServer(t, jwks(jwk("k1", &keys[0].PublicKey, "")))
	s.block = make(chan struct{})
	t.Cleanup(func() { close(s.block) })
	v := newTestVerifier(t, Options{Sources: map[string]string{testPool.ID: s.URL}, FetchTimeout: 20 * time.Millisecond})
	if _, err := v.Verify(context.Background(), token, []*KeySet{v.KeySet(testPool)}, testNow); !errors.Is(err, ErrKeys) {
		t.Error(err)
	}
	v = newTestVerifier(t, Options{Sources: map[string]string{testPool.ID: s.URL}, FetchTimeout: time.Hour})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := v.Verify(ctx, token, []*KeySet{v.KeySet(testPool)}, testNow); !errors.Is(err, ErrKeys) {
		t.Error(err)
	}
}

func TestSources(t *testing.T) {
	keys := testKeys()
	text := jwks(jwk("k1", &keys[0].PublicKey, ""))
	file := filepath.Join(t.TempDir(), "jwks.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	v := newTestVerifier(t, Options{Sources: map[string]string{testPool.ID: file}})
	if _, err := v.Verify(context.Background(), mint(keys[0], goodHeader, goodClaims), []*KeySet{v.KeySet(testPool)}, testNow); err != nil {
		t.Errorf("file: %v", err)
	}
	var path atomic.Value
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path.Store(r.URL.Path)
		io.WriteString(w, text)
	}))
	defer s.Close()
	v = newTestVerifier(t, Options{Endpoint: s.URL + "/"})
	own := strings.Replace(goodClaims, "https://cognito-idp.us-east-1.amazonaws.com", s.URL, 1)
	for _, claims := range []string{goodClaims, own} {
		if _, err := v.Verify(context.Background(), mint(keys[0], goodHeader, claims), []*KeySet{v.KeySet(testPool)}, testNow); err != nil {
			t.Errorf("endpoint: %v", err)
		}
	}
	if got := path.Load(); got != "/us-east-1_Pool1/.well-known/jwks.json" {
		t.Errorf("path %v", got)
	}
	if got := newTestVerifier(t, Options{}).KeySet(testPool).source; got != "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool1/.well-known/jwks.json" {
		t.Errorf("source %s", got)
	}
	env := map[string]string{"AWS_ENDPOINT_URL": "http://a"}
	if got := EndpointFromEnvironment(func(k string) string { return env[k] }); got != "http://a" {
		t.Errorf("endpoint %s", got)
	}
	env["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"] = "http://b"
	if got := EndpointFromEnvironment(func(k string) string { return env[k] }); got != "http://b" {
		t.Errorf("endpoint %s", got)
	}
}

func TestKeySetParser(t *testing.T) {
	keys := testKeys()
	k := jwk("k1", &keys[0].PublicKey, "")
	for _, c := range []struct {
		text string
		keys int
	}{
		{jwks(k), 1},
		{jwks(k, jwk("k2", &keys[1].PublicKey, "")), 2},
		{jwks(k, `{"kty":"EC","kid":"e"}`, `{"kty":"oct","kid":"k1","k":"AA"}`), 1},
		{jwks(k, jwk("k2", &keys[1].PublicKey, `,"alg":"RSA-OAEP"`)), 1},
		{jwks(k, strings.Replace(jwk("k2", &keys[1].PublicKey, ""), `"sig"`, `"enc"`, 1)), 1},
		{jwks(k, k), 0},
		{jwks(`{"kty":"RSA","kid":"k","n":"AQ","e":"AQAB"}`), 0},
		{jwks(strings.Replace(k, `"AQAB"`, `"AQ"`, 1)), 0},
		{jwks(strings.Replace(k, `"AQAB"`, `"____________"`, 1)), 0},
		{jwks(`{"kty":"RSA","kid":"k","n":"` + strings.Repeat("_", 4000) + `","e":"AQAB"}`), 0},
		{jwks(`1`), 0},
		{jwks(), 0},
		{`{"keys":{}}`, 0},
		{`[]`, 0},
		{``, 0},
		{jwks(strings.Repeat(`{"kty":"EC"},`, 200) + k), 0},
	} {
		got, err := parseKeySet(c.text, nil)
		if len(got) != c.keys || (err == nil) != (c.keys > 0) {
			t.Errorf("%.80s: got %d keys, %v; want %d", c.text, len(got), err, c.keys)
		}
	}
}

func TestParseARN(t *testing.T) {
	for _, c := range []struct {
		arn    string
		issuer string
	}{
		{"arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Pool1", "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool1"},
		{"arn:aws-cn:cognito-idp:cn-north-1:123456789012:userpool/cn-north-1_X", "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_X"},
		{"arn:aws:cognito-idp:us-east-1:123456789012:userpool/", ""},
		{"arn:aws:cognito-idp:us-east-1:123456789012:userpool/../x", ""},
		{"arn:aws:cognito-idp:us-east-1:123456789012:identitypool/x", ""},
		{"arn:aws:iam::123456789012:user/x", ""},
		{"x", ""},
		{"", ""},
	} {
		p, err := ParseARN(c.arn)
		if (err == nil) != (c.issuer != "") || err == nil && p.Issuer() != c.issuer {
			t.Errorf("%s: got %v, %v", c.arn, p, err)
		}
	}
}

func TestConcurrent(t *testing.T) {
	keys := testKeys()
	s := newKeyServer(t, jwks(jwk("k1", &keys[0].PublicKey, "")))
	v := newTestVerifier(t, Options{Sources: map[string]string{testPool.ID: s.URL}})
	pools := []*KeySet{v.KeySet(testPool)}
	good, bad := mint(keys[0], goodHeader, goodClaims), mint(keys[1], goodHeader, goodClaims)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 20 {
				if _, err := v.Verify(context.Background(), good, pools, testNow); err != nil {
					t.Error(err)
				}
				if _, err := v.Verify(context.Background(), bad, pools, testNow); err == nil {
					t.Error("a forged token counts")
				}
			}
		})
	}
	group.Wait()
	if got := s.hits.Load(); got != 1 {
		t.Errorf("%d fetches, want 1", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(b64(goodHeader) + "." + b64(goodClaims) + ".AAAA")
	f.Add(b64(`{"alg":"none","kid":"x"}`) + ".e30.")
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, s string) {
		tok := new(token)
		err := tok.parse(s)
		if err == nil && (tok.algorithm == noAlgorithm || tok.keyID == "" || tok.claims == nil || len(tok.signature) == 0) {
			t.Fatalf("%q: %+v", s, tok)
		}
	})
}
