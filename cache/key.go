package cache

import (
	"encoding/binary"
	"strings"

	"sluice/mapping"
)

// keyParameter is one compiled cacheKeyParameter.
type keyParameter struct {
	source keySource
	name   string
	mapped *mapping.Expression // of a mappedSource
}

// keySource is where the values of a key parameter come from.
type keySource uint8

const (
	absentSource keySource = iota // never there
	pathSource
	querySource
	multiQuerySource
	headerSource
	multiHeaderSource
	mappedSource
)

// parameterKinds are the kinds of request parameters, as they stand between
// method.request. or integration.request. and the name.
var parameterKinds = [...]struct {
	name   string
	source keySource
}{
	{"path", pathSource},
	{"querystring", querySource},
	{"multivaluequerystring", multiQuerySource},
	{"header", headerSource},
	{"multivalueheader", multiHeaderSource},
}

// maxKey bounds keys, in bytes. A longer one, which only mapped bodies can make,
// is not looked up.
const maxKey = 64 << 10

// appendKey appends the values of the parameters: their number, then each with
// its length before it. Together with the prefix, which names the parameters, no
// two different requests make the same key. ok is false if the request has no key.
func (m *Method) appendKey(key []byte, l *Lookup, s *mapping.Scope) (out []byte, ok bool) {
	for i := range m.parameters {
		p := &m.parameters[i]
		switch p.source {
		case absentSource:
			key = append(key, 0)
		case pathSource:
			key = appendLast(key, s.Params.Path, p.name, false)
		case querySource:
			key = appendLast(key, s.Params.Query, p.name, false)
		case headerSource:
			key = appendLast(key, s.Params.Header, p.name, true)
		case multiQuerySource:
			key = appendAll(key, s.Params.Query, p.name, false)
		case multiHeaderSource:
			key = appendAll(key, s.Params.Header, p.name, true)
		case mappedSource:
			values, err := p.mapped.Eval(l.values[:0], s)
			if err != nil {
				return key, false // the integration request will fail on it
			}
			key = binary.AppendUvarint(key, uint64(len(values)))
			for _, v := range values {
				key = appendText(key, v)
			}
			clear(values)
			l.values = values[:0]
		}
	}
	return key, len(key) <= maxKey
}

// appendLast appends the last value of a name as a list of one or none. With
// fold, a name in another spelling counts if there is none in this one.
func appendLast(key []byte, pairs []mapping.Pair, name string, fold bool) []byte {
	for i := len(pairs) - 1; i >= 0; i-- {
		if pairs[i].Name == name {
			return appendText(append(key, 1), pairs[i].Value)
		}
	}
	if fold {
		for i := len(pairs) - 1; i >= 0; i-- {
			if equalFold(pairs[i].Name, name) {
				return appendText(append(key, 1), pairs[i].Value)
			}
		}
	}
	return append(key, 0)
}

// appendAll appends the list of all values of a name, with fold in any spelling.
func appendAll(key []byte, pairs []mapping.Pair, name string, fold bool) []byte {
	n := uint64(0)
	for i := range pairs {
		if pairs[i].Name == name || fold && equalFold(pairs[i].Name, name) {
			n++
		}
	}
	key = binary.AppendUvarint(key, n)
	for i := range pairs {
		if pairs[i].Name == name || fold && equalFold(pairs[i].Name, name) {
			key = appendText(key, pairs[i].Value)
		}
	}
	return key
}

// appendText appends a text with its length before it.
func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func equalFold(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }
