//go:build linux

package main

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// userPool is a user pool of one key: its key set, and a token that it signed.
func userPool(id, client string) (keySet, token string, err error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	set, err := json.Marshal(object{"keys": []object{{
		"kid": "one", "kty": "RSA", "alg": "RS256", "use": "sig",
		"n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes()),
	}}})
	if err != nil {
		return "", "", err
	}
	now := time.Now()
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": "https://cognito-idp.us-east-1.amazonaws.com/" + id, "sub": "11111111-2222-4333-8444-555555555555",
		"aud": client, "token_use": "id", "email": "ann@example.com", "cognito:username": "ann",
		"iat": now.Unix(), "auth_time": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	})
	t.Header["kid"] = "one"
	token, err = t.SignedString(key)
	return string(set), token, err
}
