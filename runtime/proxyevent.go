package runtime

import (
	"encoding/base64"
	"strings"

	"sluice/authorizers"
	"sluice/mapping"
)

// appendProxyEvent appends the event of an AWS_PROXY function, field by field as
// aws-facts: data plane, section 7 has it. It writes JSON directly: nothing is
// built only to be encoded.
func (x *exchange) appendProxyEvent(b []byte) []byte {
	b = append(b, `{"resource":`...)
	b = appendJSONString(b, x.method.resourcePath)
	b = append(b, `,"path":`...)
	b = appendJSONString(b, x.eventPath())
	b = append(b, `,"httpMethod":`...)
	b = appendJSONString(b, x.verbText)
	headers := x.eventHeaders(false)
	b = append(b, `,"headers":`...)
	b = x.appendLastValues(b, headers, true)
	b = append(b, `,"multiValueHeaders":`...)
	b = x.appendAllValues(b, headers, true)
	b = append(b, `,"queryStringParameters":`...)
	b = x.appendLastValues(b, x.scope.Params.Query, false)
	b = append(b, `,"multiValueQueryStringParameters":`...)
	b = x.appendAllValues(b, x.scope.Params.Query, false)
	b = append(b, `,"pathParameters":`...)
	b = x.appendLastValues(b, x.scope.Params.Path, false)
	b = append(b, `,"stageVariables":`...)
	b = x.appendStageVariables(b)
	b = append(b, `,"requestContext":`...)
	b = authorizers.AppendRequestContext(b, x.scope.Context, &x.identity)
	b = append(b, `,"body":`...)
	return x.appendEventBody(b)
}

// eventPath is the path without the stage: one slash at its beginning, whatever
// the client sent, and the base path of a custom domain.
func (x *exchange) eventPath() string {
	own := strings.TrimLeft(x.path, "/")
	n := len(x.path) - len(own)
	if x.basePath != nil && x.basePath.path != "" {
		return x.joined(x.basePath.path, x.path[max(n-1, 0):], "")
	}
	if n > 0 {
		return x.path[n-1:]
	}
	return "/"
}

// eventHeaders are the headers a function sees: the client's and the gateway's.
// A signature is for authorizers only.
func (x *exchange) eventHeaders(signature bool) []mapping.Pair {
	list := x.backendRequest.Header[:0]
	for i, p := range x.scope.Params.Header {
		switch x.headerIDs[i] {
		case hdrForwardedFor, hdrForwardedPort, hdrForwardedProto, hdrAmznTraceID:
			continue
		case hdrAuthorization:
			if !signature && isSignature(p.Value) {
				continue
			}
		}
		list = append(list, p)
	}
	x.usedBackend = true
	if x.direct() {
		x.backendRequest.Header = list
		return list
	}
	list = append(list, mapping.Pair{Name: "X-Amzn-Trace-Id", Value: x.traceID()})
	x.backendRequest.Header = x.appendForwarded(list, nil)
	return x.backendRequest.Header
}

// parameterGroup is the pairs of one name, in the order of arrival.
type parameterGroup struct {
	name       string
	first, end int // chain through next
}

// grouped brings pairs of the same name together without moving them: chain
// holds for each pair the index of the next of its name, -1 at the end. Names of
// headers are compared without regard to case.
func (x *exchange) grouped(list []mapping.Pair, fold bool) (groups []parameterGroup, chain []int) {
	groups, chain = x.groups[:0], x.chain[:0]
	var index map[string]int
	if len(list) > manyPairs {
		index = make(map[string]int, len(list))
	}
	for i, p := range list {
		chain = append(chain, -1)
		g := -1
		if index != nil {
			key := p.Name
			if fold {
				key = strings.ToLower(key)
			}
			if at, ok := index[key]; ok {
				g = at
			} else {
				index[key] = len(groups)
			}
		} else {
			for j := range groups {
				if groups[j].name == p.Name || fold && equalFold(groups[j].name, p.Name) {
					g = j
					break
				}
			}
		}
		if g < 0 {
			groups = append(groups, parameterGroup{name: p.Name, first: i, end: i})
			continue
		}
		chain[groups[g].end] = i
		groups[g].end = i
	}
	x.groups, x.chain = groups, chain
	return groups, chain
}

// manyPairs is where a map beats comparing every name with every other.
const manyPairs = 32

// appendLastValues appends a map of the last value of each name, null when
// there is none.
func (x *exchange) appendLastValues(b []byte, list []mapping.Pair, fold bool) []byte {
	if len(list) == 0 {
		return append(b, "null"...)
	}
	groups, _ := x.grouped(list, fold)
	for i, g := range groups {
		b = append(b, separator(i))
		b = appendJSONString(b, g.name)
		b = append(b, ':')
		b = appendJSONString(b, list[g.end].Value)
	}
	return append(b, '}')
}

// appendAllValues appends a map of all values of each name, null when there is none.
func (x *exchange) appendAllValues(b []byte, list []mapping.Pair, fold bool) []byte {
	if len(list) == 0 {
		return append(b, "null"...)
	}
	groups, chain := x.grouped(list, fold)
	for i, g := range groups {
		b = append(b, separator(i))
		b = appendJSONString(b, g.name)
		b = append(b, ':', '[')
		for j := g.first; j >= 0; j = chain[j] {
			if j != g.first {
				b = append(b, ',')
			}
			b = appendJSONString(b, list[j].Value)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// separator opens a JSON object before its first member and parts the others.
func separator(i int) byte {
	if i == 0 {
		return '{'
	}
	return ','
}

func (x *exchange) appendStageVariables(b []byte) []byte {
	vars := x.scope.StageVariables
	if vars == nil || vars.Len() == 0 {
		return append(b, "null"...)
	}
	b = append(b, '{')
	for i := range vars.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		e := vars.At(i)
		b = appendJSONString(b, x.textOf(e.Key))
		b = append(b, ':')
		b = appendJSONString(b, x.textOf(e.Val))
	}
	return append(b, '}')
}

// appendEventBody appends the values of body and isBase64Encoded and ends the event.
func (x *exchange) appendEventBody(b []byte) []byte {
	mime := mimeOf(x.known.contentType)
	if mime == "" {
		mime = mimeJSON
	}
	switch {
	case len(x.body) == 0:
		return append(b, `null,"isBase64Encoded":false}`...)
	case x.deployment.binary.match(mime):
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, x.body)
		return append(b, `","isBase64Encoded":true}`...)
	default:
		b = appendJSONString(b, view(x.body))
		return append(b, `,"isBase64Encoded":false}`...)
	}
}
