package authorizers

import (
	"strings"

	"sluice/lambda"
	"sluice/mapping"
	"sluice/mapping/vtl/value"
)

// appendTokenEvent appends the event of a TOKEN authorizer (developer guide,
// "Input to a Lambda authorizer").
func appendTokenEvent(b []byte, r *Request, token string) []byte {
	b = append(b, `{"type":"TOKEN","authorizationToken":`...)
	b = appendString(b, token)
	b = append(b, `,"methodArn":`...)
	b = appendString(b, r.MethodARN)
	return append(b, '}')
}

// appendRequestEvent appends the event of a REQUEST authorizer: a proxy event
// with type and methodArn, without a body, and with {} for what is empty.
func appendRequestEvent(b []byte, r *Request) []byte {
	b = append(b, `{"type":"REQUEST","methodArn":`...)
	b = appendString(b, r.MethodARN)
	b = append(b, `,"resource":`...)
	b = appendString(b, r.ResourcePath)
	b = append(b, `,"path":`...)
	b = appendString(b, r.Path)
	b = append(b, `,"httpMethod":`...)
	b = appendString(b, r.Method)
	b = append(b, `,"headers":`...)
	b = appendSingle(b, r.Header, true)
	b = append(b, `,"multiValueHeaders":`...)
	b = appendMulti(b, r.Header, true)
	b = append(b, `,"queryStringParameters":`...)
	b = appendSingle(b, r.Query, false)
	b = append(b, `,"multiValueQueryStringParameters":`...)
	b = appendMulti(b, r.Query, false)
	b = append(b, `,"pathParameters":`...)
	b = appendSingle(b, r.PathParams, false)
	b = append(b, `,"stageVariables":`...)
	b = appendMap(b, r.StageVariables)
	b = append(b, `,"requestContext":`...)
	b = AppendRequestContext(b, r.Variables, nil)
	return append(b, '}')
}

// appendSingle appends an object with the last value of each name; fold is for headers,
// whose names are one without regard to case.
func appendSingle(b []byte, pairs []mapping.Pair, fold bool) []byte {
	d := newDistinct(pairs, fold)
	return d.appendObject(b, func(b []byte, i int) []byte { return appendString(b, pairs[d.last(i)].Value) })
}

// appendMulti appends an object with the list of values of each name.
func appendMulti(b []byte, pairs []mapping.Pair, fold bool) []byte {
	d := newDistinct(pairs, fold)
	return d.appendObject(b, func(b []byte, i int) []byte {
		b = append(b, '[')
		b = appendString(b, pairs[i].Value)
		for j := d.next(i); j >= 0; j = d.next(j) {
			b = append(b, ',')
			b = appendString(b, pairs[j].Value)
		}
		return append(b, ']')
	})
}

// appendObject appends an object with a member for each name, whose value is told the
// first pair of that name.
func (d *distinct) appendObject(b []byte, value func(b []byte, first int) []byte) []byte {
	b = append(b, '{')
	empty := true
	for i := range d.pairs {
		if !d.isFirst(i) {
			continue
		}
		if !empty {
			b = append(b, ',')
		}
		empty = false
		b = appendString(b, d.pairs[i].Name)
		b = append(b, ':')
		b = value(b, i)
	}
	return append(b, '}')
}

// distinct finds pairs of the same name. A request with very many gets links
// instead of searches, so that it cannot cost the square of their number.
type distinct struct {
	pairs []mapping.Pair
	fold  bool
	links []link
}

// link is the next pair of the same name, -1 for none, and whether there is one before.
type link struct {
	next  int32
	later bool
}

const manyPairs = 32

func newDistinct(pairs []mapping.Pair, fold bool) distinct {
	d := distinct{pairs: pairs, fold: fold}
	if len(pairs) <= manyPairs {
		return d
	}
	d.links = make([]link, len(pairs))
	latest := make(map[string]int, len(pairs))
	for i := range pairs {
		d.links[i].next = -1
		name := pairs[i].Name
		if fold {
			name = strings.ToLower(name)
		}
		if p, ok := latest[name]; ok {
			d.links[p].next = int32(i)
			d.links[i].later = true
		}
		latest[name] = i
	}
	return d
}

func (d *distinct) same(i, j int) bool {
	a, b := d.pairs[i].Name, d.pairs[j].Name
	return a == b || d.fold && equalFold(a, b)
}

func (d *distinct) isFirst(i int) bool {
	if d.links != nil {
		return !d.links[i].later
	}
	for j := range i {
		if d.same(i, j) {
			return false
		}
	}
	return true
}

// next is the next pair with the name of pair i; -1 for none.
func (d *distinct) next(i int) int {
	if d.links != nil {
		return int(d.links[i].next)
	}
	for j := i + 1; j < len(d.pairs); j++ {
		if d.same(i, j) {
			return j
		}
	}
	return -1
}

func (d *distinct) last(i int) int {
	for j := d.next(i); j >= 0; j = d.next(j) {
		i = j
	}
	return i
}

// appendMap appends a map of texts.
func appendMap(b []byte, m *value.Map) []byte {
	b = append(b, '{')
	if m != nil {
		for i := range m.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			e := m.At(i)
			b = appendString(b, e.Key.Text())
			b = append(b, ':')
			b = appendString(b, e.Val.Text())
		}
	}
	return append(b, '}')
}

// appendString appends a JSON string.
func appendString(b []byte, s string) []byte {
	if plain(s) {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	return lambda.AppendJSONString(b, s)
}

// plain tells whether a text stands for itself in JSON.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
