package userpool

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// No other spelling of a token is a token: no byte of it can be changed, left out or
// put in, nor can it end early.
func TestEveryByteCounts(t *testing.T) {
	keys := testKeys()
	s := newKeyServer(t, jwks(jwk("k1", &keys[0].PublicKey, "")))
	v := newTestVerifier(t, Options{Sources: map[string]string{testPool.ID: s.URL}})
	pools := []*KeySet{v.KeySet(testPool)}
	for _, header := range []string{goodHeader, `{"kid":"k1","alg":"RS512"}`} {
		good := mint(keys[0], header, goodClaims)
		if _, err := v.Verify(context.Background(), good, pools, testNow); err != nil {
			t.Fatal(err)
		}
		refused := func(token string) {
			t.Helper()
			if c, err := v.Verify(context.Background(), token, pools, testNow); c != nil || !errors.Is(err, ErrInvalid) {
				t.Fatalf("%q: got %v, %v", token, c, err)
			}
		}
		for i := range good {
			refused(good[:i])
			refused(good[:i] + good[i+1:])
			for _, c := range "A_.=\n\r \x00\x80" {
				refused(good[:i] + string(c) + good[i:])
				if rune(good[i]) != c {
					refused(good[:i] + string(c) + good[i+1:])
				}
			}
			for bit := range 8 {
				refused(good[:i] + string([]byte{good[i] ^ 1<<bit}) + good[i+1:])
			}
		}
		refused(good + "A")
		refused(good + "=")
		refused(good + good)
	}
}

// Whoever has the key decides what is in the parts. What the reader of JSON refuses is
// refused although the signature is right.
func TestSignedNonsense(t *testing.T) {
	keys := testKeys()
	s := newKeyServer(t, jwks(jwk("k1", &keys[0].PublicKey, "")))
	v := newTestVerifier(t, Options{Sources: map[string]string{testPool.ID: s.URL}})
	pools := []*KeySet{v.KeySet(testPool)}
	with := func(more string) string { return strings.TrimSuffix(goodClaims, "}") + "," + more + "}" }
	deep := func(n int) string { return `"d":` + strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, c := range []struct {
		header, claims string
		want           error
	}{
		{goodHeader, with(deep(100)), nil},
		{goodHeader, with(`"x":1e308`), nil},
		{goodHeader, with(`"x":` + strings.Repeat("9", 500)), nil},
		{goodHeader, with(`"x":"\ud83d\ude00\ud800\u0000"`), nil},
		{goodHeader, " \t\r\n" + goodClaims + " \n", nil},
		{goodHeader, strings.Replace(goodClaims, `"iss"`, `"\u0069ss"`, 1), nil},
		{goodHeader, strings.Replace(goodClaims, `us-east-1_Pool1`, `us-east-1\u005fPool1`, 1), nil},
		{goodHeader, strings.Replace(goodClaims, "1790075700", "1.7900757e9", 1), nil},
		{goodHeader, strings.Replace(goodClaims, "1790075700", "1790075700.9", 1), nil},
		{`{"\u006bid":"k1","alg":"RS\u003256"}`, goodClaims, nil},
		{goodHeader, with(deep(5000)) + "]", ErrInvalid},
		{goodHeader, with(`"d":[` + deep(3) + `]`), ErrInvalid},
		{goodHeader, with(`"\u0069ss":"x"`), ErrInvalid},
		{goodHeader, with(`"exp":9790075700`), ErrInvalid},
		{goodHeader, with(`"sub":"\ud800","x":1,"sub":1`), ErrInvalid},
		{goodHeader, with("\"x\":\"\xff\""), ErrInvalid},
		{goodHeader, with("\"x\xc3\":1"), ErrInvalid},
		{goodHeader, with("\"x\":\"\x00\""), ErrInvalid},
		{goodHeader, with(`"x":'a'`), ErrInvalid},
		{goodHeader, with(`"x":1,`), ErrInvalid},
		{goodHeader, with(`"x":01`), ErrInvalid},
		{goodHeader, with(`"x":NaN`), ErrInvalid},
		{goodHeader, with(`"x":/**/1`), ErrInvalid},
		{goodHeader, with(`"nbf":"1"`), ErrInvalid},
		{goodHeader, with(`"nbf":-1`), ErrInvalid},
		{goodHeader, strings.Replace(goodClaims, `"iat":1790072100`, `"iat":true`, 1), ErrInvalid},
		{goodHeader, strings.Replace(goodClaims, "1790075700", "999999999999", 1), ErrInvalid},
		{goodHeader, strings.Replace(goodClaims, `"client1"`, `1`, 1), ErrInvalid},
		{goodHeader, strings.Replace(goodClaims, `"client1"`, `["client1",null]`, 1), ErrInvalid},
		{goodHeader, "", ErrInvalid},
		{goodHeader, "null", ErrInvalid},
		{goodHeader, "\ufeff" + goodClaims, ErrInvalid},
		{goodHeader + " x", goodClaims, ErrInvalid},
		{`{"kid":"k1","alg":"RS256","\u0061lg":"RS256"}`, goodClaims, ErrInvalid},
		{`{"kid":"k1","alg":"RS256","\u0063rit":[]}`, goodClaims, ErrInvalid},
		{`{"kid":"k1","alg":["RS256"]}`, goodClaims, ErrInvalid},
		{`{"kid":"","alg":"RS256"}`, goodClaims, ErrInvalid},
		{`{"kid":"k1","alg":"rs256"}`, goodClaims, ErrInvalid},
		{"{\"kid\":\"k1\",\"alg\":\"RS256\",\"x\":\"\xff\"}", goodClaims, ErrInvalid},
		{`["RS256"]`, goodClaims, ErrInvalid},
	} {
		token := mint(keys[0], c.header, c.claims)
		if got, err := v.Verify(context.Background(), token, pools, testNow); !errors.Is(err, c.want) || (got == nil) != (c.want != nil) {
			t.Errorf("%s %.300q: got %v, want %v", c.header, c.claims, err, c.want)
		}
	}
}

// FuzzVerify takes any text for a token: only the ones that were signed count.
func FuzzVerify(f *testing.F) {
	keys := testKeys()
	s := newKeyServer(f, jwks(jwk("k1", &keys[0].PublicKey, "")))
	v := newTestVerifier(f, Options{Sources: map[string]string{testPool.ID: s.URL}})
	pools := []*KeySet{v.KeySet(testPool)}
	good := []string{mint(keys[0], goodHeader, goodClaims), mint(keys[0], `{"alg":"RS384","kid":"k1"}`, goodClaims)}
	for _, token := range good {
		f.Add(token)
		f.Add(strings.Replace(token, ".", "=.", 1))
	}
	f.Add(mint(keys[1], goodHeader, goodClaims))
	f.Fuzz(func(t *testing.T, token string) {
		_, err := v.Verify(context.Background(), token, pools, testNow)
		if (err == nil) != slices.Contains(good, token) {
			t.Fatalf("%q: %v", token, err)
		}
	})
}

// read is the claims as encoding/json reads them; false for a text that must be
// refused.
func read(text string) (names []string, raw map[string]json.RawMessage, ok bool) {
	if !utf8.ValidString(text) || json.Unmarshal([]byte(text), &raw) != nil || raw == nil {
		return nil, nil, false
	}
	d := json.NewDecoder(strings.NewReader(text))
	if _, err := d.Token(); err != nil {
		return nil, nil, false
	}
	for d.More() {
		n, err := d.Token()
		if err != nil || d.Decode(new(json.RawMessage)) != nil {
			return nil, nil, false
		}
		names = append(names, n.(string))
	}
	if len(names) != len(raw) || len(names) > 1000 {
		return nil, nil, false
	}
	for _, n := range []string{"exp", "nbf", "iat"} {
		if _, ok := readDate(raw[n], 0); !ok {
			return nil, nil, false
		}
	}
	_, ok = readAudience(raw["aud"])
	return names, raw, ok
}

func readDate(raw json.RawMessage, absent int64) (int64, bool) {
	if raw == nil || string(raw) == "null" {
		return absent, true
	}
	var f float64
	if json.Unmarshal(raw, &f) != nil || f < 0 || f > maxDate {
		return 0, false
	}
	return int64(f), true
}

func readAudience(raw json.RawMessage) (out []string, ok bool) {
	if raw == nil || string(raw) == "null" {
		return nil, true
	}
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []string{one}, true
	}
	var list []*string
	if json.Unmarshal(raw, &list) != nil || slices.Contains(list, nil) {
		return nil, false
	}
	for _, s := range list {
		out = append(out, *s)
	}
	return out, true
}

// FuzzClaims compares with encoding/json: what is refused, and what is read.
func FuzzClaims(f *testing.F) {
	for _, text := range []string{
		goodClaims, `{"exp":1e3,"aud":[],"scope":"a b"}`, `{"exp":1,"exp":1}`, `{"aud":["a","\u0062",""],"iss":"\ud800","nbf":null}`,
		`{"aud":[null]}`, `{"aud":null,"exp":253402300800}`, `{"exp":-0,"iat":0.5,"nbf":000}`, `{"exp":1e400}`, `{"exp":"1"}`,
		`{"scope":" a\u2003b \n"}`, "{\"scope\":\"a\u00a0b\"}", `{"token_use":"\u0069d","\u0069ss":"x"}`, `{"x":{"y":[[[{}]]]},"z":[1,"a",null,1.5e300]}`,
		"{\"x\":\"\xff\"}", `{"x":` + strings.Repeat("9", 400) + "}", `{"iss":["x"],"token_use":1}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseClaims(text)
		names, raw, ok := read(text)
		if ok != (err == nil) {
			t.Fatalf("%q: got %v, but encoding/json: %v", text, err, ok)
		}
		if err != nil {
			return
		}
		expires, _ := readDate(raw["exp"], -1)
		notBefore, _ := readDate(raw["nbf"], 0)
		audience, _ := readAudience(raw["aud"])
		if c.expires != expires || c.notBefore != notBefore || !slices.Equal(c.Audience, audience) {
			t.Fatalf("%q: got %d %d %q, want %d %d %q", text, c.expires, c.notBefore, c.Audience, expires, notBefore, audience)
		}
		var s string
		if json.Unmarshal(raw["iss"], &s) == nil && string(raw["iss"]) != "null" && c.Issuer != s {
			t.Fatalf("%q: issuer %q, want %q", text, c.Issuer, s)
		}
		if json.Unmarshal(raw["token_use"], &s) == nil && string(raw["token_use"]) != "null" && c.TokenUse != s {
			t.Fatalf("%q: use %q, want %q", text, c.TokenUse, s)
		}
		if json.Unmarshal(raw["scope"], &s) == nil && string(raw["scope"]) != "null" && !slices.Equal(c.Scopes, strings.Fields(s)) {
			t.Fatalf("%q: scopes %q, want %q", text, c.Scopes, s)
		}
		pairs := c.Pairs()
		for _, n := range names {
			if string(raw[n]) == "null" {
				continue
			}
			if len(pairs) == 0 {
				t.Fatalf("%q: %q is missing", text, n)
			}
			p := pairs[0]
			if pairs = pairs[1:]; p.Name != n {
				// A number that the reader of values does not take is left out.
				t.Fatalf("%q: got %q, want %q", text, p.Name, n)
			}
			if json.Unmarshal(raw[n], &s) == nil && p.Value != s {
				t.Fatalf("%q: %q is %q, want %q", text, n, p.Value, s)
			}
		}
		if len(pairs) > 0 {
			t.Fatalf("%q: too many: %q", text, pairs)
		}
	})
}
