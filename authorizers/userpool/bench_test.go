package userpool

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
)

// benchClaims are an ID token's as the service issues them.
const benchClaims = `{"sub":"11111111-2222-4333-8444-555555555555","email_verified":true,"iss":"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool1","cognito:username":"ann","origin_jti":"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee","aud":"1example23456789","event_id":"99999999-8888-4777-8666-555555555555","token_use":"id","auth_time":1790072100,"exp":1790075700,"iat":1790072100,"jti":"12121212-3434-4565-8787-%012d","email":"ann@example.com"}`

// BenchmarkVerify is a token that is remembered, and one that is not: more tokens than
// there is room for take turns, so that each is verified and put where another was.
// RSA is the check of a signature alone as the standard library has it, Key the same
// with what a key set keeps of its keys.
func BenchmarkVerify(b *testing.B) {
	keys := testKeys()
	s := newKeyServer(b, jwks(jwk("k1", &keys[0].PublicKey, "")))
	v := NewVerifier(Options{Sources: map[string]string{testPool.ID: s.URL}}, 100<<10)
	b.Cleanup(v.Close)
	pools := []*KeySet{v.KeySet(testPool)}
	tokens := make([]string, 128)
	for i := range tokens {
		tokens[i] = mint(keys[0], goodHeader, fmt.Sprintf(benchClaims, i))
	}
	if _, err := v.Verify(context.Background(), tokens[0], pools, testNow); err != nil {
		b.Fatal(err)
	}
	b.Run("RSA", func(b *testing.B) {
		last := strings.LastIndexByte(tokens[0], '.')
		sum := sha256.Sum256([]byte(tokens[0][:last]))
		signature, err := base64url.DecodeString(tokens[0][last+1:])
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if rsa.VerifyPKCS1v15(&keys[0].PublicKey, crypto.SHA256, sum[:], signature) != nil {
				b.Fatal("the signature is wrong")
			}
		}
	})
	b.Run("remembered", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := v.Verify(context.Background(), tokens[0], pools, testNow); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := v.Verify(context.Background(), tokens[i%len(tokens)], pools, testNow); err != nil {
				b.Fatal(err)
			}
		}
	})
}
