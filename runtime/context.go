package runtime

import (
	"strconv"
	"time"
	"unicode/utf8"

	"sluice/mapping"
	"sluice/mapping/vtl/value"
)

// AppendVariable answers one $context variable (mapping.ContextSource).
func (x *exchange) AppendVariable(dst []byte, v mapping.Variable) ([]byte, bool) {
	switch v.ID {
	case mapping.AccountID:
		return text(dst, x.gateway.options.AccountID)
	case mapping.APIID:
		if x.stage == nil {
			return dst, false
		}
		return text(dst, x.stage.apiID)
	case mapping.Stage:
		if x.stage == nil {
			return dst, false
		}
		return text(dst, x.stage.name)
	case mapping.AWSEndpointRequestID, mapping.IntegrationRequestID:
		return text(dst, x.endpointRequestID)
	case mapping.CustomDomainBasePathMatched:
		if x.basePath == nil {
			return dst, false
		}
		return text(dst, x.basePath.matched)
	case mapping.DeploymentID:
		if x.deployment == nil {
			return dst, false
		}
		return text(dst, x.deployment.id)
	case mapping.DomainName:
		return text(dst, x.domainName)
	case mapping.DomainPrefix:
		return text(dst, x.domainPrefix())
	case mapping.EndpointType:
		if x.deployment == nil {
			return dst, false
		}
		return text(dst, x.deployment.endpointType)
	case mapping.ErrorMessage:
		if x.fault == nil || x.fault.nullText {
			return dst, false
		}
		return text(dst, x.fault.message)
	case mapping.ErrorMessageString:
		if x.fault == nil {
			return dst, false
		}
		return x.fault.appendMessageString(dst), true
	case mapping.ErrorResponseType:
		if x.fault == nil {
			return dst, false
		}
		return text(dst, x.fault.responseTypeText())
	case mapping.ErrorValidationErrorString:
		if x.fault == nil {
			return dst, false
		}
		// Templates put it between quotes, so it comes escaped for them.
		if x.fault.validation == "" {
			return dst, false
		}
		start := len(dst)
		dst = appendJSONString(dst, x.fault.validation)
		return append(dst[:start], dst[start+1:len(dst)-1]...), true
	case mapping.ExtendedRequestID:
		return text(dst, x.extendedID())
	case mapping.HTTPMethod:
		return text(dst, x.verbText)
	case mapping.IdentityAPIKey:
		return text(dst, x.key)
	case mapping.IdentityAPIKeyID:
		return text(dst, x.keyID)
	case mapping.IdentitySourceIP:
		return text(dst, x.sourceIP())
	case mapping.IdentityUserAgent:
		return text(dst, x.header("User-Agent"))
	case mapping.IntegrationError:
		return text(dst, x.integrationError)
	case mapping.IntegrationStatus:
		if x.functionStatus != 0 {
			return strconv.AppendInt(dst, int64(x.functionStatus), 10), true
		}
		// A MOCK's is not shown (an access log in a field report).
		if x.method == nil || x.method.integration.kind == kindFunctionProxy || x.method.integration.kind == kindMock || x.integrationStatus == 0 {
			return dst, false
		}
		return strconv.AppendInt(dst, int64(x.integrationStatus), 10), true
	case mapping.IntegrationIntegrationStatus:
		if x.integrationStatus == 0 {
			return dst, false
		}
		return strconv.AppendInt(dst, int64(x.integrationStatus), 10), true
	case mapping.IntegrationLatency:
		if x.integrationLatency < 0 {
			return dst, false
		}
		return strconv.AppendInt(dst, x.integrationLatency.Milliseconds(), 10), true
	case mapping.IntegrationResponseTransferMode:
		if x.integrationLatency < 0 {
			return dst, false
		}
		return text(dst, "BUFFERED")
	case mapping.IsCanaryRequest:
		if x.stage == nil || x.stage.canary == nil {
			return dst, false
		}
		return strconv.AppendBool(dst, x.isCanary), true
	case mapping.Path:
		return text(dst, x.fullPath)
	case mapping.Protocol:
		return append(dst, x.request.Protocol...), true
	case mapping.RequestID:
		return text(dst, x.loggedID())
	case mapping.RequestTime:
		return x.clock.append(dst, x.start), true
	case mapping.RequestTimeEpoch:
		return strconv.AppendInt(dst, x.start.UnixMilli(), 10), true
	case mapping.ResourceID:
		if x.method == nil {
			return dst, false
		}
		return text(dst, x.method.resourceID)
	case mapping.ResourcePath:
		if x.method == nil {
			return dst, false
		}
		return text(dst, x.method.resourcePath)
	case mapping.ResponseLatency:
		if x.latency == 0 {
			return dst, false
		}
		return strconv.AppendInt(dst, x.latency.Milliseconds(), 10), true
	case mapping.ResponseLength:
		if x.latency == 0 {
			return dst, false
		}
		return strconv.AppendInt(dst, int64(x.responseLength), 10), true
	case mapping.Status:
		if x.status == 0 {
			return dst, false
		}
		return strconv.AppendInt(dst, int64(x.status), 10), true
	case mapping.XRayTraceID:
		if x.stage == nil || !x.stage.tracing {
			return dst, false
		}
		return text(dst, x.traceRoot())
	default:
		// What is left belongs to authorizers and callers, or to WAF, mutual TLS,
		// custom domains and private APIs, which took no part in this request.
		return x.identity.AppendVariable(dst, v)
	}
}

// Authorizer is the map behind $context.authorizer (mapping.ContextSource).
func (x *exchange) Authorizer() *value.Map {
	if x.authorizerMap == nil {
		x.authorizerMap = x.identity.Map()
	}
	return x.authorizerMap
}

// text appends s; a variable without text has no value.
func text(dst []byte, s string) ([]byte, bool) {
	return append(dst, s...), s != ""
}

// appendMessageString appends $context.error.messageString: the message as a
// JSON string, or null.
func (f *fault) appendMessageString(dst []byte) []byte {
	if f.nullText {
		return append(dst, "null"...)
	}
	return appendJSONString(dst, f.message)
}

// appendJSONString appends s as a JSON string. Invalid UTF-8 becomes U+FFFD.
func appendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	begin := 0 // of what stands for itself and has not been copied
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c < 0x7f && c != '"' && c != '\\' {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
		}
		dst = append(dst, s[begin:i]...)
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case c >= utf8.RuneSelf:
			dst = append(dst, "\uFFFD"...)
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		begin = i
	}
	dst = append(dst, s[begin:]...)
	return append(dst, '"')
}

// since is the time that passed since t, never 0, so that 0 can mean unknown.
func since(t time.Time) time.Duration { return max(time.Since(t), 1) }
