package executionlog

// Failure is what an execution failed of, for Failed.
type Failure uint8

// The failures whose line has no other content; failureTexts has their texts.
const (
	NoFailure Failure = iota // writes nothing
	UnableToTransformRequest
	UnableToTransformResponse
	UnparsableMockStatus
	InvalidEndpointAddress
	NetworkError
	TimeoutError
	MalformedProxyResponse
	InvalidFunctionPermissions
	failures
)

// configurationError begins the line of everything that the API's owner got wrong.
const configurationError = "Execution failed due to configuration error: "

// failureTexts are the real service's lines.
var failureTexts = [failures]string{
	UnableToTransformRequest:   configurationError + "Unable to transform request",
	UnableToTransformResponse:  configurationError + "Unable to transform response",
	UnparsableMockStatus:       configurationError + "Unable to parse statusCode. It should be an integer that is defined in the request template.",
	InvalidEndpointAddress:     configurationError + "Invalid endpoint address",
	NetworkError:               "Execution failed due to a network error communicating with endpoint",
	TimeoutError:               "Execution failed due to a timeout error",
	MalformedProxyResponse:     configurationError + "Malformed Lambda proxy response",
	InvalidFunctionPermissions: configurationError + "Invalid permissions on Lambda function",
}

// Failed writes the line of a Failure.
func (l *Log) Failed(f Failure) {
	if l == nil || f == NoFailure || f >= failures {
		return
	}
	l.fail(failureTexts[f])
	l.end()
}

// ConfigurationError fails the execution for a reason that has no Failure:
// "Execution failed due to configuration error: " and reason.
func (l *Log) ConfigurationError(reason string) {
	if l == nil {
		return
	}
	l.fail(configurationError).value(reason)
	l.end()
}

// MissingParameters fails the request for required parameters that it lacks.
func (l *Log) MissingParameters(names []string) {
	if l == nil {
		return
	}
	l.fail("Missing required request parameters: [")
	for i, name := range names {
		if i > 0 {
			l.own(", ")
		}
		l.value(name)
	}
	l.own("]")
	l.end()
}

// BodyMismatch fails the request for a body that is not as its model wants it.
// problems is the text of schema.Validator.Validate.
func (l *Log) BodyMismatch(contentType, problems string) {
	if l == nil {
		return
	}
	l.fail("Request body does not match model schema for content type ").value(contentType)
	l.own(": ")
	l.value(problems)
	l.end()
}

// NoIntegrationResponse fails the execution: nothing matches the backend's status
// and there is no default.
func (l *Log) NoIntegrationResponse(endpointStatus int) {
	if l == nil {
		return
	}
	l.fail(configurationError + "No match for output mapping and no default output mapping configured. Endpoint Response Status Code: ").number(int64(endpointStatus))
	l.end()
}

// UndeclaredMethodResponse fails the execution: the integration response is for a
// status that the method does not have.
func (l *Log) UndeclaredMethodResponse(status string) {
	if l == nil {
		return
	}
	l.fail(configurationError + "Output mapping refers to an invalid method response: ").value(status)
	l.end()
}

// HeaderAlreadyPresent fails the execution: a mapping sets a header that the
// gateway sets itself.
func (l *Log) HeaderAlreadyPresent(header string) {
	if l == nil {
		return
	}
	l.fail(configurationError).value(header)
	l.own(" header already present")
	l.end()
}

// InvocationFailed says that Lambda refused the call of a function.
func (l *Log) InvocationFailed(status int, functionRequestID string) {
	if l == nil {
		return
	}
	l.fail("Lambda invocation failed with status: ").number(int64(status))
	l.own(". Lambda request id: ")
	l.value(functionRequestID)
	l.end()
}

// FunctionError fails the execution for an error that the customer's function raised.
func (l *Log) FunctionError(text, functionRequestID string) {
	if l == nil {
		return
	}
	l.fail("Lambda execution failed with status 200 due to customer function error: ").value(text)
	l.own(". Lambda request id: ")
	l.value(functionRequestID)
	l.end()
}
