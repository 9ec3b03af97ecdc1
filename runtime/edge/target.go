package edge

import (
	"bytes"

	"sluice/runtime/octets"
)

// readTarget takes origin-form and absolute-form apart. An absolute target's
// authority goes to q.Host.
func (q *Request) readTarget(target []byte, connect bool) *Refusal {
	if len(target) == 0 || connect {
		return BadRequest
	}
	if target[0] != '/' {
		scheme, rest, ok := bytes.Cut(target, []byte("://"))
		if !ok || !octets.EqualFold(octets.Text(scheme), "http") && !octets.EqualFold(octets.Text(scheme), "https") {
			return BadRequest // asterisk-form and authority-form, too: there is no resource for them
		}
		end := bytes.IndexAny(rest, "/?#")
		if end < 0 {
			end = len(rest)
		}
		if end == 0 {
			return BadRequest
		}
		q.Host, target = octets.Text(rest[:end]), rest[end:]
	}
	path := len(target)
	for i := 0; i < len(target); i++ {
		switch class := targetOctets[target[i]]; {
		case class == octetPlain:
		case class == octetPercent:
			if i+2 >= len(target) || !isHex(target[i+1]) || !isHex(target[i+2]) {
				return BadRequest
			}
			i += 2
		case class == octetBad:
			return BadRequest
		case target[i] == '#':
			target = target[:i] // clients keep it; nothing behind it counts
			path = min(path, i)
		case target[i] == '?':
			path = i
			query, r := readQuery(target[i+1:])
			if r != nil {
				return r
			}
			q.Query, target = query, target[:i]
		}
	}
	q.Path = target[:path]
	if path == 0 { // http://host or http://host?query
		q.Path = []byte{'/'}
	}
	return nil
}

// readQuery checks a query up to its fragment. A stray percent sign may stand
// in it (see AppendQuery); what the service wants encoded may not.
func readQuery(query []byte) ([]byte, *Refusal) {
	for i, c := range query {
		switch {
		case c == '#':
			return query[:i], nil
		case targetOctets[c] == octetBad, c == '|', c == '{', c == '}':
			return nil, BadRequest
		}
	}
	return query, nil
}

const (
	octetBad = iota // controls, blanks, and what is not ASCII
	octetPlain
	octetPercent
	octetEnd // "?" and "#"
)

var targetOctets = func() (t [256]uint8) {
	for c := '!'; c <= '~'; c++ {
		t[c] = octetPlain
	}
	t['%'] = octetPercent
	t['?'], t['#'] = octetEnd, octetEnd
	return
}()

// validAuthority reports whether s is a host and an optional port, with the
// characters that host names, IPv4 and bracketed IPv6 addresses have.
func validAuthority(s string) bool {
	host := len(s)
	if s != "" && s[0] == '[' {
		for i := 1; i < len(s) && s[i] != ']'; i++ {
			if !isHex(s[i]) && s[i] != ':' && s[i] != '.' {
				return false
			}
			host = i + 2
		}
		if host > len(s) || host < len("[::]") || s[host-1] != ']' {
			return false
		}
	} else {
		for i := range len(s) {
			if c := s[i]; c == ':' {
				host = i
				break
			} else if !isAlphanumeric(c) && c != '-' && c != '.' && c != '_' {
				return false
			}
		}
		if host == 0 {
			return false
		}
	}
	if host == len(s) {
		return true
	}
	port := s[host:]
	if port[0] != ':' || len(port) > len(":65535") {
		return false
	}
	n := 0
	for i := 1; i < len(port); i++ {
		if port[i] < '0' || port[i] > '9' {
			return false
		}
		n = n*10 + int(port[i]-'0')
	}
	return n <= 65535
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
