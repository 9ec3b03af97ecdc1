package schema

import (
	"strconv"
	"strings"
)

// The wording of the Java validator behind the real service (com.github.fge's
// json-schema-validator). Each %s is one argument.
const (
	messageAdditionalItems      = `schema only allows %s elements in array but instance has %s elements`
	messageMinItems             = `array is too short: must have at least %s elements but instance has %s elements`
	messageMaxItems             = `array is too long: must have at most %s elements but instance has %s elements`
	messageUniqueItems          = `array must not contain duplicate elements`
	messageMinimum              = `numeric instance is lower than the required minimum (minimum: %s, found: %s)`
	messageExclusiveMinimum     = `numeric instance is not strictly greater than the required minimum %s`
	messageMaximum              = `numeric instance is greater than the required maximum (maximum: %s, found: %s)`
	messageExclusiveMaximum     = `numeric instance is not strictly lower than the required maximum %s`
	messageAdditionalProperties = `object instance has properties which are not allowed by the schema: %s`
	messageMinLength            = `string "%s" is too short (length: %s, required minimum: %s)`
	messageMaxLength            = `string "%s" is too long (length: %s, maximum allowed: %s)`
	messagePattern              = `ECMA 262 regex "%s" does not match input string "%s"`
	messageEnum                 = `instance value (%s) not found in enum (possible values: %s)`
	messageMultipleOf           = `remainder of division is not zero (%s / %s)`
	messageMinProperties        = `object has too few properties (found %s but schema requires at least %s)`
	messageMaxProperties        = `object has too many properties (found %s but schema requires at most %s)`
	messageRequired             = `object has missing required properties (%s)`
	messageDependencies         = `property "%s" of object has missing property dependencies (schema requires %s; missing: %s)`
	messageType                 = `instance type (%s) does not match any allowed primitive type (allowed: %s)`
	messageAnyOf                = `instance failed to match at least one required schema among %s`
	messageAllOf                = `instance failed to match all required schemas (matched only %s out of %s)`
	messageOneOf                = `instance failed to match exactly one schema (matched %s out of %s)`
	messageNot                  = `instance matched a schema which it should not have`

	messageInvalidDate        = `string "%s" is invalid against requested date format(s) %s`
	messageInvalidEmail       = `string "%s" is not a valid email address`
	messageInvalidHostname    = `string "%s" is not a valid hostname`
	messageInvalidIPv4        = `string "%s" is not a valid IPv4 address`
	messageInvalidIPv6        = `string "%s" is not a valid IPv6 address`
	messageInvalidRegex       = `string "%s" is not a valid ECMA 262 regular expression`
	messageInvalidURI         = `string "%s" is not a valid URI`
	messageInvalidUUID        = `input string "%s" is not a valid UUID`
	messageInvalidMAC         = `input string "%s" is not a valid MAC address`
	messageInvalidJSONPointer = `input string "%s" is not a valid JSON Pointer`
	messageHexLength          = `input string has bad length (%s, expected %s)`
	messageHexCharacters      = `input string has illegal characters`
	messageBase64Length       = `input has illegal length (must be a multiple of 4, found %s)`
	messageBase64Characters   = `input is not a valid Base64 string: illegal characters`

	// messageNotJSON is the real service's own, for a body that cannot be read.
	messageNotJSON = `Unknown error parsing request body`
	// messageTooMuchWork is ours, for what the real service would work on without bound.
	messageTooMuchWork = `the model takes too many steps to check this body`
)

// dateTimeFormats are the formats that messageInvalidDate names for date-time.
const dateTimeFormats = `[yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]`

// fill puts arguments into a message.
func fill(message string, args ...string) string {
	var b strings.Builder
	for _, arg := range args {
		before, after, _ := strings.Cut(message, "%s")
		b.WriteString(before)
		b.WriteString(arg)
		message = after
	}
	b.WriteString(message)
	return b.String()
}

func number(n int) string { return strconv.Itoa(n) }
