package userpool

import (
	"strconv"
	"strings"
	"time"

	"sluice/authorizers/jsontext"
	"sluice/mapping"
	"sluice/mapping/vtl/value"
)

// Claims are what a verified token says. They are shared and never change.
type Claims struct {
	// Pairs are all claims in the token's order, as text: times as Java's Date
	// prints them, the items of arrays with commas between them (field reports).
	Pairs    []mapping.Pair
	Issuer   string
	TokenUse string // id, access
	Audience []string
	Scopes   []string

	expires, notBefore int64 // seconds since 1970; 0: notBefore is absent
	set                *KeySet
	key                *key
}

// javaDate is the form of java.util.Date.toString() in UTC.
const javaDate = "Mon Jan 02 15:04:05 UTC 2006"

// parseClaims reads the second part of a token.
func parseClaims(text string) (*Claims, error) {
	members, err := jsontext.Object(text)
	if err != nil {
		return nil, errMalformed
	}
	c := &Claims{Pairs: make([]mapping.Pair, 0, len(members)), expires: -1}
	for _, m := range members {
		s, ok := claimText(m.Raw)
		if !ok {
			continue // null is no claim
		}
		switch m.Name {
		case "iss":
			c.Issuer = s
		case "token_use":
			c.TokenUse = s
		case "scope":
			c.Scopes = strings.Fields(s)
		case "aud":
			if c.Audience, err = audience(m.Raw); err != nil {
				return nil, err
			}
		case "exp", "nbf", "iat":
			seconds, ok := numericDate(m.Raw)
			if !ok {
				return nil, errMalformed
			}
			switch m.Name {
			case "exp":
				c.expires = seconds
			case "nbf":
				c.notBefore = seconds
			}
			s = time.Unix(seconds, 0).UTC().Format(javaDate)
		}
		c.Pairs = append(c.Pairs, mapping.Pair{Name: m.Name, Value: s})
	}
	return c, nil
}

// claimText is one claim as text.
func claimText(raw string) (string, bool) {
	switch jsontext.Kind(raw) {
	case 'n':
		return "", false
	case '{':
		return compact(raw), true
	case '[':
		items, err := jsontext.Array(raw)
		if err != nil {
			return "", false
		}
		var b strings.Builder
		for i, item := range items {
			if i > 0 {
				b.WriteByte(',')
			}
			s, ok := jsontext.Text(item)
			if !ok {
				s = compact(item)
			}
			b.WriteString(s)
		}
		return b.String(), true
	}
	return jsontext.Text(raw)
}

// compact is JSON without white space, as json-smart prints it.
func compact(raw string) string {
	v, err := value.ParseJSON(raw)
	if err != nil {
		return raw
	}
	return string(value.AppendJSON(nil, v, value.Compact))
}

func audience(raw string) ([]string, error) {
	if s, ok := jsontext.Str(raw); ok {
		return []string{s}, nil
	}
	items, err := jsontext.Array(raw)
	if err != nil {
		return nil, errMalformed
	}
	out := make([]string, len(items))
	for i, item := range items {
		s, ok := jsontext.Str(item)
		if !ok {
			return nil, errMalformed
		}
		out[i] = s
	}
	return out, nil
}

// maxDate is the end of the year 9999: later dates cannot be printed, and only
// an attacker or an accident writes them.
const maxDate = 253402300799

// numericDate reads a NumericDate (RFC 7519, section 2), cut to whole seconds.
func numericDate(raw string) (int64, bool) {
	if jsontext.Kind(raw) != '0' {
		return 0, false
	}
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil || f < 0 || f > maxDate {
		return 0, false
	}
	return int64(f), true
}
