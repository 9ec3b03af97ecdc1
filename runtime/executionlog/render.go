package executionlog

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"sluice/mapping"
)

const hexDigits = "0123456789abcdef"

// own appends a text of the gateway's own: short and without control characters.
func (l *Log) own(s string) {
	if l.left < 0 {
		return
	}
	if len(s) > l.left {
		s, l.left = s[:l.left], -1
	} else {
		l.left -= len(s)
	}
	l.line = append(l.line, s...)
}

func (l *Log) number(n int64) {
	var digits [20]byte
	l.own(string(strconv.AppendInt(digits[:0], n, 10)))
}

// value appends a text that a client or a backend may have chosen. Whatever could
// end the line, and so forge another, is shown as an escape.
func (l *Log) value(s string) { l.foreign(s, false) }

// body appends a payload. The log of a test call shows its line ends as they are,
// as the real service does, except where what follows would read as a line of the
// log itself.
func (l *Log) body(s string) { l.foreign(s, l.Tests()) }

func (l *Log) foreign(s string, lines bool) {
	for i := 0; i < len(s) && l.left >= 0; {
		if n := plain(s[i:]); n > 0 {
			l.own(s[i : i+n])
			i += n
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case (r == '\n' || r == '\r' || r == '\t') && lines && !(r != '\t' && isLogLine(s[i+1:])):
			l.unit(1, func() { l.line = append(l.line, byte(r)) })
		case r == '\n':
			l.unit(1, func() { l.line = append(l.line, `\n`...) })
		case r == '\r':
			l.unit(1, func() { l.line = append(l.line, `\r`...) })
		case r == '\t':
			l.unit(1, func() { l.line = append(l.line, `\t`...) })
		case r < ' ' || r >= 0x7f && r <= 0x9f || r == '\u2028' || r == '\u2029':
			l.unit(1, func() {
				l.line = append(l.line, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
			})
		default: // RuneError too: bytes that are no UTF-8 are shown as the replacement character
			units := 1
			if r > 0xffff {
				units = 2
			}
			l.unit(units, func() { l.line = utf8.AppendRune(l.line, r) })
		}
		i += size
	}
}

// unit appends one character if it still fits; a surrogate pair is not cut in two.
func (l *Log) unit(units int, add func()) {
	if units > l.left {
		l.left = -1
		return
	}
	l.left -= units
	add()
}

// plain is the length of the run of printable ASCII at the beginning of s.
func plain(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return i
		}
	}
	return len(s)
}

// isLogLine tells whether s begins like a line of a test call's log.
func isLogLine(s string) bool {
	// A carriage return before a line feed is looked at twice.
	s = strings.TrimLeft(s, "\r\n")
	if strings.HasPrefix(s, firstLine) {
		return true
	}
	if len(s) < len(stampFormat) {
		return false
	}
	for i, want := range []byte(stampFormat) {
		got := s[i]
		switch {
		case want >= '0' && want <= '9':
			if got < '0' || got > '9' {
				return false
			}
		case i < len("Mon Jan"): // any day and month
		case got != want:
			return false
		}
	}
	return true
}

// pairs appends parameters as Java prints a map: {k=v, k2=v2}. The values of a
// repeated name stand together, joined by a comma, where the name came first.
func (l *Log) pairs(ps []mapping.Pair, header bool) {
	l.list(ps, l.distinct(ps, header), header)
}

// mapped appends parameters that the real service keeps in a hash map, in its order.
func (l *Log) mapped(ps []mapping.Pair, header bool) {
	names := l.distinct(ps, header)
	hashOrder(names)
	l.list(ps, names, header)
}

func (l *Log) list(ps []mapping.Pair, names []hashed, header bool) {
	l.own("{")
	for i, name := range names {
		if l.left < 0 {
			break
		}
		if i > 0 {
			l.own(", ")
		}
		p := &ps[name.at]
		l.value(p.Name)
		l.own("=")
		secret := header && isSecret(p.Name)
		l.pairValue(p.Value, secret)
		for _, more := range ps[name.at+1:] {
			if same(more.Name, p.Name, header) {
				l.own(",")
				l.pairValue(more.Value, secret)
			}
		}
	}
	l.own("}")
}

func (l *Log) pairValue(v string, secret bool) {
	if secret {
		l.masked(v)
	} else {
		l.value(v)
	}
}

func earlier(ps []mapping.Pair, name string, header bool) bool {
	for _, p := range ps {
		if same(p.Name, name, header) {
			return true
		}
	}
	return false
}

// same compares names: those of headers without regard to case.
func same(a, b string, header bool) bool {
	return a == b || header && strings.EqualFold(a, b)
}

// isSecret tells whether a header's value is masked.
func isSecret(name string) bool {
	switch len(name) {
	case len("X-Api-Key"):
		return strings.EqualFold(name, "X-Api-Key")
	case len("Authorization"):
		return strings.EqualFold(name, "Authorization")
	}
	return false
}

// shownOfSecret is how many characters at its end a masked text shows.
const shownOfSecret = 6

const stars = "****************************************************************"

// Masked is a credential as logs show it, for a text that holds one.
func Masked(s string) string {
	hidden, shown := mask(s)
	return strings.Repeat("*", hidden) + shown
}

// mask is how many characters of a credential are shown as stars, and those at its
// end that are shown. One that is not longer than those is masked whole.
func mask(s string) (hidden int, shown string) {
	n := utf8.RuneCountInString(s)
	if n <= shownOfSecret {
		return n, ""
	}
	at := len(s)
	for range shownOfSecret {
		_, size := utf8.DecodeLastRuneInString(s[:at])
		at -= size
	}
	return n - shownOfSecret, s[at:]
}

// masked appends a credential as Masked has it.
func (l *Log) masked(s string) {
	hidden, shown := mask(s)
	for hidden > 0 && l.left >= 0 {
		step := min(hidden, len(stars))
		l.own(stars[:step])
		hidden -= step
	}
	l.value(shown)
}
