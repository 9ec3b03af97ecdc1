package runtime

import "sluice/runtime/executionlog"

// unusable is why what an integration calls cannot be called, whatever the request:
// known since Compile, and told to each request in the place of the call.
type unusable struct {
	failure executionlog.Failure // NoFailure: reason is what the log says
	reason  string
}

// cannotCall fails a request for it.
func (x *exchange) cannotCall(u *unusable) *fault {
	x.integrationError = u.reason
	if u.failure == executionlog.NoFailure {
		x.log.ConfigurationError(u.reason)
	} else {
		x.log.Failed(u.failure)
	}
	return faultConfiguration
}
