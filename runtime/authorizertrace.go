package runtime

import (
	"bytes"

	"sluice/lambda"
	"sluice/runtime/executionlog"
)

// authorizerTrace writes what an authorizer does into the execution log.
type authorizerTrace struct {
	x        *exchange
	identity string
}

func (t *authorizerTrace) StartingAuthorizer(id string)   { t.x.log.StartingAuthorizer(id) }
func (t *authorizerTrace) AuthorizerResult(answer string) { t.x.log.AuthorizerResult(answer) }
func (t *authorizerTrace) UsingPolicy(principal string)   { t.x.log.UsingPolicy(principal) }
func (t *authorizerTrace) AuthorizerCompleted()           { t.x.log.AuthorizerCompleted() }

func (t *authorizerTrace) IncomingIdentity(identity string) {
	t.identity = identity
	t.x.log.IncomingIdentity(identity)
}

func (t *authorizerTrace) AuthorizerRequest(uri string, event []byte) {
	x := t.x
	if ref, err := lambda.FromURI(uri); err == nil {
		uri = invokeURI(ref, x.stage.region)
	}
	if x.log.Detailed() {
		x.log.EndpointURI(uri)
		x.log.EndpointHeaders(x.invokeHeaders())
		x.log.EndpointBody(string(t.withoutToken(event)))
	}
	x.log.SendingTo(uri)
}

// withoutToken is the event of a TOKEN authorizer with its token masked.
func (t *authorizerTrace) withoutToken(event []byte) []byte {
	const member = `"authorizationToken":`
	if !bytes.HasPrefix(event, []byte(`{"type":"TOKEN",`)) {
		return event
	}
	shown := []byte(member + `"` + executionlog.Masked(t.identity) + `"`)
	return bytes.Replace(event, lambda.AppendJSONString([]byte(member), t.identity), shown, 1)
}
