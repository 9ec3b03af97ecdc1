package userpool

import (
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"sluice/authorizers/jsontext"
	"sluice/mapping"
	"sluice/mapping/vtl/value"
)

// Claims are what a verified token says. They are shared and never change. Their
// strings lie in one copy of the token.
type Claims struct {
	Issuer   string
	TokenUse string // id, access
	Audience []string
	Scopes   []string

	expires, notBefore int64 // seconds since 1970; 0: notBefore is absent
	set                *KeySet
	key                *key

	token string // as the client sent it
	text  string // the claims as JSON
	count int    // of the members of text
	one   [1]string
	pairs atomic.Pointer[[]mapping.Pair]

	recent atomic.Bool // asked for since the memory last looked
}

// javaDate is the form of java.util.Date.toString() in UTC.
const javaDate = "Mon Jan 02 15:04:05 UTC 2006"

// parseClaims reads the second part of a token as far as its verification needs it.
// The text must not change any more.
func parseClaims(text string) (*Claims, error) {
	var room [usualMembers]jsontext.Member
	members, err := jsontext.AppendObject(room[:0], text)
	if err != nil {
		return nil, errMalformed
	}
	c := &Claims{text: text, count: len(members), expires: -1}
	for i := range members {
		m := &members[i]
		switch m.Name {
		case "iss":
			c.Issuer, _ = claimText(m.Raw)
		case "token_use":
			c.TokenUse, _ = claimText(m.Raw)
		case "scope":
			s, _ := claimText(m.Raw)
			c.Scopes = strings.Fields(s)
		case "aud":
			err = c.readAudience(m.Raw)
		case "exp":
			c.expires, err = claimDate(m.Raw, -1)
		case "nbf":
			c.notBefore, err = claimDate(m.Raw, 0)
		case "iat":
			_, err = claimDate(m.Raw, 0)
		}
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

// claimDate is the date of a claim; null is no claim, as if it were absent.
func claimDate(raw string, absent int64) (int64, error) {
	if jsontext.Kind(raw) == 'n' {
		return absent, nil
	}
	seconds, ok := numericDate(raw)
	if !ok {
		return 0, errMalformed
	}
	return seconds, nil
}

// Pairs are all claims in the token's order, as text: times as Java's Date prints
// them, the items of arrays with commas between them (field reports). They are made
// when they are first asked for: most requests need none.
func (c *Claims) Pairs() []mapping.Pair {
	if p := c.pairs.Load(); p != nil {
		return *p
	}
	pairs := c.makePairs()
	if pairsSize(pairs) <= c.pairsRoom() {
		c.pairs.Store(&pairs)
	}
	return pairs
}

func (c *Claims) makePairs() []mapping.Pair {
	members, err := jsontext.Object(c.text)
	if err != nil {
		return nil // parseClaims has read it
	}
	pairs := make([]mapping.Pair, 0, len(members))
	for i := range members {
		m := &members[i]
		s, ok := claimText(m.Raw)
		if !ok {
			continue // null is no claim
		}
		switch m.Name {
		case "exp", "nbf", "iat":
			if seconds, ok := numericDate(m.Raw); ok {
				s = time.Unix(seconds, 0).UTC().Format(javaDate)
			}
		}
		pairs = append(pairs, mapping.Pair{Name: m.Name, Value: s})
	}
	return pairs
}

// claimText is one claim as text; false for null, which is none.
func claimText(raw string) (string, bool) {
	switch jsontext.Kind(raw) {
	case '"':
		return jsontext.Str(raw)
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

// readAudience reads aud: a string, or a list of strings (RFC 7519, section 4.1.3).
func (c *Claims) readAudience(raw string) error {
	switch s, ok := jsontext.Str(raw); {
	case ok:
		c.one[0] = s
		c.Audience = c.one[:]
		return nil
	case jsontext.Kind(raw) == 'n':
		return nil
	}
	items, err := jsontext.Array(raw)
	if err != nil {
		return errMalformed
	}
	c.Audience = make([]string, len(items))
	for i, item := range items {
		s, ok := jsontext.Str(item)
		if !ok {
			return errMalformed
		}
		c.Audience[i] = s
	}
	return nil
}

// maxDate is the end of the year 9999: later dates cannot be printed, and only
// an attacker or an accident writes them.
const maxDate = 253402300799

// numericDate reads a NumericDate (RFC 7519, section 2), cut to whole seconds.
func numericDate(raw string) (int64, bool) {
	if jsontext.Kind(raw) != '0' {
		return 0, false
	}
	if len(raw) <= len("253402300799") {
		if n, ok := digits(raw); ok {
			return n, n <= maxDate
		}
	}
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil || f < 0 || f > maxDate {
		return 0, false
	}
	return int64(f), true
}

// digits reads a short number that has nothing but digits, as nearly all dates do.
func digits(raw string) (n int64, ok bool) {
	for i := range len(raw) {
		c := raw[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = 10*n + int64(c)
	}
	return n, true
}

// What the texts of claims take is set aside before anybody asks for them: pairs, and
// texts that are not in the token as they are. Claims whose texts take more do not
// keep them.
const (
	pairSize  = 32 // two strings' headers
	datesSize = 3 * len(javaDate)
)

func (c *Claims) pairsRoom() int { return pairSize*c.count + len(c.text) + datesSize }

func pairsSize(pairs []mapping.Pair) int {
	n := pairSize * cap(pairs)
	for i := range pairs {
		n += len(pairs[i].Value)
	}
	return n
}
