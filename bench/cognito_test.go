package bench

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sluice/api"
	"sluice/authorizers"
	"sluice/authorizers/userpool"
	"sluice/runtime"
)

const poolID = "us-east-1_bench"

// signedTokens are n ID tokens of one user pool, and the path of its key set.
func signedTokens(b *testing.B, n int) (key *rsa.PrivateKey, tokens []string, keySet string) {
	b.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	set, err := json.Marshal(map[string]any{"keys": []any{map[string]string{
		"kid": "one", "kty": "RSA", "alg": "RS256", "use": "sig",
		"n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes()),
	}}})
	if err != nil {
		b.Fatal(err)
	}
	keySet = filepath.Join(b.TempDir(), "keys.json")
	if err := os.WriteFile(keySet, set, 0o600); err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	for i := range n {
		t := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
			"iss": "https://cognito-idp.us-east-1.amazonaws.com/" + poolID, "sub": "11111111-2222-4333-8444-555555555555",
			"aud": "client", "token_use": "id", "email": "ann@example.com", "cognito:username": "ann",
			"iat": now.Unix(), "auth_time": now.Unix() - int64(i), "exp": now.Add(time.Hour).Unix(),
		})
		t.Header["kid"] = "one"
		s, err := t.SignedString(key)
		if err != nil {
			b.Fatal(err)
		}
		tokens = append(tokens, s)
	}
	return key, tokens, keySet
}

// BenchmarkCognito is a request with a user pool's token: Seen is verified once, New
// is one that the gateway does not remember. RSA is the check of a signature alone,
// Open a request without an authorizer: New should be Open and RSA, and little more.
func BenchmarkCognito(b *testing.B) {
	const n = 64
	key, tokens, keySet := signedTokens(b, n)
	b.Run("RSA", func(b *testing.B) {
		signed, signature, _ := cutLast(tokens[0])
		sum := sha256.Sum256([]byte(signed))
		raw, err := base64.RawURLEncoding.DecodeString(signature)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], raw) != nil {
				b.Fatal("the signature is wrong")
			}
		}
	})
	request := "GET /dev/hello HTTP/1.1\r\n" + browserHeaders + "Authorization: " + tokens[0] + "\r\n\r\n"
	// ask sends one request for each token in turn.
	ask := func(run func(*memoryConn), tokens []string, times int) {
		c := newMemoryConn(request, times)
		at, i := strings.Index(request, "Authorization: ")+len("Authorization: "), 0
		c.vary = func(r []byte) {
			copy(r[at:], tokens[i%len(tokens)])
			i++
		}
		run(c)
	}
	measure := func(b *testing.B, serve func(net.Listener) error) {
		run := inMemory(b, serve)
		ask(run, tokens[:1], 100)
		b.ReportAllocs()
		b.ResetTimer()
		ask(run, tokens[:1], b.N)
	}
	b.Run("Open", func(b *testing.B) {
		measure(b, newGateway(b, resource("/hello", "GET", mock(`{"hello":"world"}`))).Serve)
	})
	b.Run("Seen", func(b *testing.B) { measure(b, guarded(b, keySet).Serve) })
	b.Run("New", func(b *testing.B) {
		b.ReportAllocs()
		for left := b.N; left > 0; left -= n - 1 {
			b.StopTimer() // a gateway that has seen none but the first, which fetched the keys
			run := inMemory(b, guarded(b, keySet).Serve)
			ask(run, tokens[:1], 10)
			b.StartTimer()
			ask(run, tokens[1:], min(left, n-1))
		}
	})
}

func cutLast(token string) (signed, signature string, ok bool) {
	i := strings.LastIndexByte(token, '.')
	return token[:i], token[i+1:], i > 0
}

// guarded is a MOCK method behind a user pool.
func guarded(b *testing.B, keySet string) *runtime.Gateway {
	b.Helper()
	r := resource("/hello", "GET", mock(`{"hello":"world"}`))
	r.ResourceMethods["GET"].AuthorizationType = api.AuthorizationCognito
	r.ResourceMethods["GET"].AuthorizerID = "pool"
	g, err := runtime.New(runtime.Options{AccessLog: discardLog{}, Authorizers: authorizers.Options{
		KeySets: userpool.Options{Sources: map[string]string{poolID: keySet}},
	}})
	if err != nil {
		b.Fatal(err)
	}
	s, problems := g.Compile(runtime.Deployment{
		Snapshot: &api.Snapshot{
			DeploymentID: "bench1", RestApi: api.RestApi{ID: "bench"}, Resources: []*api.Resource{r},
			Authorizers: []*api.Authorizer{{
				ID: "pool", Name: "pool", Type: api.AuthorizerCognito, IdentitySource: "method.request.header.Authorization",
				ProviderARNs: []string{"arn:aws:cognito-idp:us-east-1:000000000000:userpool/" + poolID},
			}},
		},
		Stage:           &api.Stage{StageName: "dev"},
		AccessLogFormat: accessLogFormat,
	})
	if problems.Fatal() {
		b.Fatal(problems)
	}
	g.Replace([]*runtime.Stage{s})
	return g
}
