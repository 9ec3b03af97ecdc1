package control

import (
	"strings"

	"sluice/api"
	"sluice/mapping"
	"sluice/runtime/logdelivery"
)

// checkAccessLog checks where and how a stage logs requests. The service also wants
// a role in the account's settings, by which it writes; here the gateway writes itself
// and needs none.
func checkAccessLog(a *api.AccessLogSettings) error {
	if a == nil {
		return nil
	}
	if a.DestinationArn != "" {
		if _, err := logdelivery.ParseDestination(a.DestinationArn); err != nil {
			return badRequest("Invalid ARN specified in the request. Access log destinations are a CloudWatch Logs log group, or a Firehose delivery stream whose name begins with amazon-apigateway-")
		}
	}
	if a.Format == "" {
		return nil
	}
	if strings.Contains(strings.TrimRight(a.Format, "\r\n"), "\n") {
		return badRequest("Access Log format must be single line, new line character is allowed only at end of the format")
	}
	if len(a.Format) > mapping.MaxAccessLogFormat {
		return badRequest("Access Log format can be at most %d bytes", mapping.MaxAccessLogFormat)
	}
	if !namesVariable(a.Format, "requestId") && !namesVariable(a.Format, "extendedRequestId") {
		return badRequest("Access Log format must contain at least $context.requestId or $context.extendedRequestId")
	}
	if _, err := mapping.CompileSubstitution(a.Format, mapping.AccessLogFormat); err != nil {
		return badRequest("Invalid access log format: %s", err.Error())
	}
	return nil
}

// namesVariable tells whether a format has $context.{name}, and not only as the
// beginning of another name.
func namesVariable(format, name string) bool {
	for rest := format; ; {
		_, after, ok := strings.Cut(rest, "$context."+name)
		if !ok {
			return false
		}
		if after == "" || strings.Trim(after[:1], alphanumeric+"._-") != "" {
			return true
		}
		rest = after
	}
}
