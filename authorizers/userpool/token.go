package userpool

import (
	"encoding/base64"
	"errors"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"sluice/authorizers/jsontext"
)

// Why a token does not count.
var (
	// ErrExpired means that everything about the token is right but its time.
	ErrExpired = errors.New("the token has expired")
	// ErrInvalid means that the token does not count.
	ErrInvalid = errors.New("the token is not valid")
	// ErrKeys means that the keys of the token's pool could never be fetched.
	ErrKeys = errors.New("the keys of the user pool cannot be fetched")

	errMalformed = errors.New("malformed token")
)

// maxToken bounds a token in bytes; the service takes 10240 bytes of headers.
const maxToken = 16 << 10

// token is a token taken apart. Nothing in it is verified.
type token struct {
	method    *jwt.SigningMethodRSA
	keyID     string
	claims    *Claims
	signed    string // what the signature is over
	signature []byte
}

// methods are the algorithms that count. Whatever else a token names, none and
// the symmetric ones above all, is refused before any key is looked at.
func method(alg string) *jwt.SigningMethodRSA {
	switch alg {
	case "RS256":
		return jwt.SigningMethodRS256
	case "RS384":
		return jwt.SigningMethodRS384
	case "RS512":
		return jwt.SigningMethodRS512
	}
	return nil
}

// base64url without padding, and with no bits left over: each token has one
// spelling only.
var base64url = base64.RawURLEncoding.Strict()

// parse takes a token apart (JWS compact serialization, RFC 7515).
func parse(s string) (*token, error) {
	if len(s) > maxToken || strings.IndexByte(s, '\n') >= 0 || strings.IndexByte(s, '\r') >= 0 {
		return nil, errMalformed // base64 would skip line breaks
	}
	last := strings.LastIndexByte(s, '.')
	if last < 0 {
		return nil, errMalformed
	}
	head, body, ok := strings.Cut(s[:last], ".")
	if !ok || strings.IndexByte(body, '.') >= 0 {
		return nil, errMalformed
	}
	t := &token{signed: s[:last]}
	header, err := base64url.DecodeString(head)
	if err != nil {
		return nil, errMalformed
	}
	if err := t.readHeader(string(header)); err != nil {
		return nil, err
	}
	if t.signature, err = base64url.DecodeString(s[last+1:]); err != nil || len(t.signature) == 0 {
		return nil, errMalformed
	}
	text, err := base64url.DecodeString(body)
	if err != nil {
		return nil, errMalformed
	}
	t.claims, err = parseClaims(string(text))
	return t, err
}

func (t *token) readHeader(text string) error {
	members, err := jsontext.Object(text)
	if err != nil {
		return errMalformed
	}
	for _, m := range members {
		switch m.Name {
		case "alg":
			alg, _ := jsontext.Str(m.Raw)
			t.method = method(alg)
		case "kid":
			var ok bool
			if t.keyID, ok = jsontext.Str(m.Raw); !ok {
				return errMalformed
			}
		case "crit", "zip", "enc":
			// Extensions that must be understood, and are not.
			return errMalformed
		}
	}
	if t.method == nil || t.keyID == "" {
		return errMalformed
	}
	return nil
}
