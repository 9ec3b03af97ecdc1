package compress

import (
	"strings"

	"sluice/runtime/octets"
)

// Coding is a content coding.
type Coding uint8

// The codings; the zero value leaves a body as it is.
const (
	Identity Coding = iota
	Gzip
	Deflate
	none // of a name that is not known
)

// String is the name on the wire.
func (c Coding) String() string { return [...]string{"identity", "gzip", "deflate", ""}[c] }

func codingOf(name string) Coding {
	switch {
	case octets.EqualFold(name, "gzip"), octets.EqualFold(name, "x-gzip"): // RFC 9110, 8.4.1.3
		return Gzip
	case octets.EqualFold(name, "deflate"):
		return Deflate
	case octets.EqualFold(name, "identity"):
		return Identity
	}
	return none
}

// Negotiate returns the coding that an Accept-Encoding value prefers: of those
// with the highest weight, the first that is known. Where only unknown ones have
// the highest weight, the body stays as it is, however the others are weighed:
// "The highest prioritized content encoding must be supported by API Gateway. If
// it is not, no compression is applied" (guide, "Turn on payload compression").
// "*" names no coding ("Without an explicit specification of supported
// Accept-Encoding header values, API Gateway does not compress").
func Negotiate(acceptEncoding string) Coding {
	best, bestWeight := Identity, 0
	for more := true; more; {
		var item string
		item, acceptEncoding, more = strings.Cut(acceptEncoding, ",")
		name, parameters, _ := strings.Cut(item, ";")
		name = trim(name)
		// The guide's own list of formats has "gzip=1.0".
		if n, weight, ok := strings.Cut(name, "="); ok && parameters == "" {
			name, parameters = trim(n), "q="+weight
		}
		coding := codingOf(name)
		if name == "" || name == "*" {
			continue
		}
		switch weight := weightOf(parameters); {
		case weight > bestWeight:
			best, bestWeight = coding, weight
		case weight == bestWeight && best == none:
			best = coding
		}
	}
	if best == none || bestWeight == 0 {
		return Identity
	}
	return best
}

// weightOf returns 1000 times the weight among parameters: 1000 without one,
// and 0, which is "not acceptable", for one that is none (RFC 9110, 12.4.2).
func weightOf(parameters string) int {
	for more := parameters != ""; more; {
		var p string
		p, parameters, more = strings.Cut(parameters, ";")
		p = trim(p)
		if len(p) < 2 || p[0]|0x20 != 'q' || p[1] != '=' {
			continue
		}
		p = trim(p[2:])
		if p == "" || p[0] != '0' && p[0] != '1' || len(p) > 1 && p[1] != '.' || len(p) > len("0.000") {
			return 0
		}
		weight, unit := int(p[0]-'0')*1000, 100
		for i := 2; i < len(p); i++ {
			if p[i] < '0' || p[i] > '9' {
				return 0
			}
			weight += int(p[i]-'0') * unit
			unit /= 10
		}
		if weight > 1000 {
			return 0
		}
		return weight
	}
	return 1000
}

func trim(s string) string { return strings.Trim(s, " \t") }
