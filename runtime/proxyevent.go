package runtime

import (
	"encoding/base64"
	"strings"

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
	headers := x.eventHeaders()
	b = append(b, `,"headers":`...)
	b = appendLastValues(b, headers, true)
	b = append(b, `,"multiValueHeaders":`...)
	b = appendAllValues(b, headers, true)
	b = append(b, `,"queryStringParameters":`...)
	b = appendLastValues(b, x.scope.Params.Query, false)
	b = append(b, `,"multiValueQueryStringParameters":`...)
	b = appendAllValues(b, x.scope.Params.Query, false)
	b = append(b, `,"pathParameters":`...)
	b = appendLastValues(b, x.scope.Params.Path, false)
	b = append(b, `,"stageVariables":`...)
	b = x.appendStageVariables(b)
	b = append(b, `,"requestContext":`...)
	b = x.appendRequestContext(b)
	b = append(b, `,"body":`...)
	return x.appendEventBody(b)
}

// eventPath is the path without the stage: one slash at its beginning, whatever
// the client sent.
func (x *exchange) eventPath() string {
	own := strings.TrimLeft(x.path, "/")
	if n := len(x.path) - len(own); n > 0 {
		return x.path[n-1:]
	}
	return "/"
}

// eventHeaders are the headers a function sees: the client's and the gateway's.
func (x *exchange) eventHeaders() []mapping.Pair {
	list := x.backendRequest.Header[:0]
	for i, p := range x.scope.Params.Header {
		switch x.headerIDs[i] {
		case hdrForwardedFor, hdrForwardedPort, hdrForwardedProto, hdrAmznTraceID:
			continue
		case hdrAuthorization:
			if isSignature(p.Value) {
				continue
			}
		}
		list = append(list, p)
	}
	x.usedBackend = true
	list = append(list, mapping.Pair{Name: "X-Amzn-Trace-Id", Value: x.traceID()})
	x.backendRequest.Header = x.appendForwarded(list, nil)
	return x.backendRequest.Header
}

// appendLastValues appends a map of the last value of each name, null when
// there is none.
func appendLastValues(b []byte, list []mapping.Pair, fold bool) []byte {
	if len(list) == 0 {
		return append(b, "null"...)
	}
	b = append(b, '{')
	for i := range list {
		if !isFirst(list, i, fold) {
			continue
		}
		last := list[i].Value
		for j := i + 1; j < len(list); j++ {
			if sameName(list[i].Name, list[j].Name, fold) {
				last = list[j].Value
			}
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = appendJSONString(b, list[i].Name)
		b = append(b, ':')
		b = appendJSONString(b, last)
	}
	return append(b, '}')
}

// appendAllValues appends a map of all values of each name, null when there is none.
func appendAllValues(b []byte, list []mapping.Pair, fold bool) []byte {
	if len(list) == 0 {
		return append(b, "null"...)
	}
	b = append(b, '{')
	for i := range list {
		if !isFirst(list, i, fold) {
			continue
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = appendJSONString(b, list[i].Name)
		b = append(b, ':', '[')
		b = appendJSONString(b, list[i].Value)
		for j := i + 1; j < len(list); j++ {
			if sameName(list[i].Name, list[j].Name, fold) {
				b = append(b, ',')
				b = appendJSONString(b, list[j].Value)
			}
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func isFirst(list []mapping.Pair, i int, fold bool) bool {
	for j := range i {
		if sameName(list[i].Name, list[j].Name, fold) {
			return false
		}
	}
	return true
}

func sameName(a, b string, fold bool) bool { return a == b || fold && equalFold(a, b) }

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

// contextField is one field of requestContext.
type contextField struct {
	name string
	id   mapping.VariableID
	kind fieldKind
}

type fieldKind uint8

const (
	textField     fieldKind = iota
	nullableField           // null when unknown
	numberField
	optionalField // left out when unknown
	flagField     // a boolean, left out when unknown
)

// contextFields and identityFields are requestContext in the service's order.
var contextFields = []contextField{
	{"resourceId", mapping.ResourceID, textField},
	{"resourcePath", mapping.ResourcePath, textField},
	{"httpMethod", mapping.HTTPMethod, textField},
	{"extendedRequestId", mapping.ExtendedRequestID, textField},
	{"requestTime", mapping.RequestTime, textField},
	{"path", mapping.Path, textField},
	{"accountId", mapping.AccountID, textField},
	{"protocol", mapping.Protocol, textField},
	{"stage", mapping.Stage, textField},
	{"domainPrefix", mapping.DomainPrefix, textField},
	{"requestTimeEpoch", mapping.RequestTimeEpoch, numberField},
	{"requestId", mapping.RequestID, textField},
	{"domainName", mapping.DomainName, textField},
	{"deploymentId", mapping.DeploymentID, textField},
	{"apiId", mapping.APIID, textField},
	{"isCanaryRequest", mapping.IsCanaryRequest, flagField},
}

var identityFields = []contextField{
	{"cognitoIdentityPoolId", mapping.IdentityCognitoIdentityPoolID, nullableField},
	{"accountId", mapping.IdentityAccountID, nullableField},
	{"cognitoIdentityId", mapping.IdentityCognitoIdentityID, nullableField},
	{"caller", mapping.IdentityCaller, nullableField},
	{"sourceIp", mapping.IdentitySourceIP, nullableField},
	{"principalOrgId", mapping.IdentityPrincipalOrgID, nullableField},
	{"accessKey", mapping.IdentityAccessKey, nullableField},
	{"cognitoAuthenticationType", mapping.IdentityCognitoAuthenticationType, nullableField},
	{"cognitoAuthenticationProvider", mapping.IdentityCognitoAuthenticationProvider, nullableField},
	{"userArn", mapping.IdentityUserARN, nullableField},
	{"userAgent", mapping.IdentityUserAgent, nullableField},
	{"user", mapping.IdentityUser, nullableField},
	{"apiKey", mapping.IdentityAPIKey, optionalField},
	{"apiKeyId", mapping.IdentityAPIKeyID, optionalField},
}

// appendRequestContext appends the requestContext object.
func (x *exchange) appendRequestContext(b []byte) []byte {
	b = append(b, '{')
	b = x.appendFields(b, contextFields)
	b = append(b, `,"identity":{`...)
	b = x.appendFields(b, identityFields)
	return append(b, '}', '}')
}

func (x *exchange) appendFields(b []byte, fields []contextField) []byte {
	first := true
	for i := range fields {
		f := &fields[i]
		start := len(x.scope.Arena)
		out, ok := x.AppendVariable(x.scope.Arena, mapping.Variable{ID: f.id})
		x.scope.Arena = out
		v := view(out[start:])
		if !ok && (f.kind == optionalField || f.kind == flagField) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(append(append(b, '"'), f.name...), '"', ':')
		switch {
		case !ok:
			b = append(b, "null"...)
		case f.kind == numberField || f.kind == flagField:
			b = append(b, v...)
		default:
			b = appendJSONString(b, v)
		}
	}
	return b
}
