package runtime

import (
	"encoding/base64"
	"unicode/utf8"

	"sluice/lambda"
)

// The conversions of aws-facts: data plane, 9.4. A payload is binary when its
// Content-Type is one of the API's binary media types; everything else is text.
// They come before templates: what is binary by then cannot be transformed.

// requestPayload converts the client's payload for the integration request. text
// is false for binary data, which no template can be applied to.
func (x *exchange) requestPayload(h contentHandling) (payload []byte, text bool, f *fault) {
	binary := x.deployment.binary.match(mimeOrJSON(x.known.contentType))
	switch {
	case binary && h == toText:
		return x.encodeBase64(x.body), true, nil
	case binary:
		return x.body, false, nil
	case h == toBinary:
		payload, f = x.decoded(x.validText(x.body))
		return payload, false, f
	default:
		return x.validText(x.body), true, nil
	}
}

// responsePayload converts the payload of a backend's answer, as requestPayload
// does. mime is its Content-Type. An empty payload is text, whatever its type: a
// MOCK's answer has nothing else.
func (x *exchange) responsePayload(body []byte, h contentHandling, mime string) (payload []byte, text bool, f *fault) {
	if len(body) == 0 {
		return body, true, nil
	}
	switch x.deployment.conversion(h, mime, x.known.accept) {
	case encode:
		return x.encodeBase64(body), true, nil
	case decode:
		payload, f = x.decoded(x.validText(body))
		return payload, false, f
	case makeText:
		return x.validText(body), true, nil
	default:
		return body, false, nil
	}
}

// conversion says what has to be done with a backend's payload.
func (d *deployment) conversion(h contentHandling, mime, accept string) conversion {
	binary := d.binary.match(mimeOrJSON(mime))
	switch {
	case h == toText && binary:
		return encode
	case h == toText:
		return makeText
	case h == toBinary && binary:
		return keepPayload
	case h == toBinary:
		return decode
	}
	acceptsBinary := d.binary.match(firstAccept(accept))
	switch {
	case binary && acceptsBinary:
		return keepPayload
	case binary:
		return encode
	case acceptsBinary:
		return decode
	default:
		return makeText
	}
}

// conversion is what is done with a payload.
type conversion uint8

const (
	keepPayload conversion = iota // binary data stays as it is
	makeText                      // bytes that are no UTF-8 are replaced, as the service does
	encode                        // base64 text
	decode                        // from base64 text; an error is API_CONFIGURATION_ERROR
)

// validText returns b, or a copy in which invalid UTF-8 is replaced: the service
// reads text payloads as UTF-8.
func (x *exchange) validText(b []byte) []byte {
	if utf8.Valid(b) {
		return b
	}
	return lambda.AppendValidUTF8(make([]byte, 0, len(b)+len(b)/2), b)
}

// encodeBase64 returns b as base64 text in the exchange's spare buffer.
func (x *exchange) encodeBase64(b []byte) []byte {
	x.spare = base64.StdEncoding.AppendEncode(x.spare[:0], b)
	return x.spare
}

// decodeBase64 returns what the base64 text b stands for.
func (x *exchange) decodeBase64(b []byte) ([]byte, bool) {
	out, err := base64.StdEncoding.AppendDecode(x.spare[:0], b)
	x.spare = out
	return out, err == nil
}
