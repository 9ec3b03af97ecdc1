package userpool

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync"

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

// token is a token taken apart. Nothing in it is verified. It lies in a pool: what it
// lends counts until it is released.
type token struct {
	algorithm algorithm
	keyID     string
	claims    *Claims
	signed    []byte // what the signature is over
	signature []byte

	header []byte // decoded; keyID lies in it
}

var tokens = sync.Pool{New: func() any { return new(token) }}

// release gives the token's memory back. Its claims stay.
func (t *token) release() {
	*t = token{header: t.header[:0], signature: t.signature[:0]}
	tokens.Put(t)
}

// base64url without padding, and with no bits left over: each token has one
// spelling only.
var base64url = base64.RawURLEncoding.Strict()

// decode appends the bytes of a part to dst.
func decode(dst []byte, part string) ([]byte, error) {
	dst = slices.Grow(dst, base64url.DecodedLen(len(part)))
	n, err := base64url.Decode(dst[len(dst):cap(dst)], bytesOf(part))
	return dst[:len(dst)+n], err
}

// parse takes a token apart (JWS compact serialization, RFC 7515). The token may be a
// view: the claims have a copy of it.
func (t *token) parse(s string) error {
	if len(s) > maxToken || strings.IndexByte(s, '\n') >= 0 || strings.IndexByte(s, '\r') >= 0 {
		return errMalformed // base64 would skip line breaks
	}
	last := strings.LastIndexByte(s, '.')
	if last < 0 {
		return errMalformed
	}
	head, body, ok := strings.Cut(s[:last], ".")
	if !ok || strings.IndexByte(body, '.') >= 0 {
		return errMalformed
	}
	var err error
	if t.header, err = decode(t.header[:0], head); err != nil {
		return errMalformed
	}
	if err := t.readHeader(view(t.header)); err != nil {
		return err
	}
	if t.signature, err = decode(t.signature[:0], s[last+1:]); err != nil || len(t.signature) == 0 {
		return errMalformed
	}
	// The token and its claims lie in one piece of memory, which stays.
	both := make([]byte, len(s), len(s)+base64url.DecodedLen(len(body)))
	copy(both, s)
	t.signed = both[:last]
	if both, err = decode(both, body); err != nil {
		return errMalformed
	}
	t.claims, err = parseClaims(view(both[len(s):]))
	if err != nil {
		return err
	}
	t.claims.token = view(both[:len(s)])
	return nil
}

// usualMembers is room for the members of a usual header or of usual claims.
const usualMembers = 24

func (t *token) readHeader(text string) error {
	var room [usualMembers]jsontext.Member
	members, err := jsontext.AppendObject(room[:0], text)
	if err != nil {
		return errMalformed
	}
	for i := range members {
		m := &members[i]
		switch m.Name {
		case "alg":
			name, _ := jsontext.Str(m.Raw)
			t.algorithm = algorithmOf(name)
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
	if t.algorithm == noAlgorithm || t.keyID == "" {
		return errMalformed
	}
	return nil
}
