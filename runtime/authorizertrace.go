package runtime

import (
	"bytes"
	"encoding/json"
	"strings"

	"sluice/authorizers"
	"sluice/lambda"
	"sluice/mapping"
	"sluice/runtime/executionlog"
)

// authorizerTrace writes what an authorizer does into the execution log.
type authorizerTrace struct {
	x        *exchange
	id       string // of the authorizer
	role     bool   // its function is called with a role
	identity string
	answer   string // of its function; "" without one
	uncalled bool   // there was no answer
}

func (t *authorizerTrace) StartingAuthorizer(id string) {
	t.id = id
	t.x.log.StartingAuthorizer(id)
}

func (t *authorizerTrace) UsingPolicy(principal string) { t.x.log.UsingPolicy(principal) }
func (t *authorizerTrace) AuthorizerCompleted()         { t.x.log.AuthorizerCompleted() }

func (t *authorizerTrace) IncomingIdentity(identity string) {
	t.identity = identity
	t.x.log.IncomingIdentity(identity)
}

func (t *authorizerTrace) IncomingSources(values []mapping.Pair) { t.x.log.IncomingSources(values) }

func (t *authorizerTrace) AuthorizerRequest(uri string, event []byte) {
	x := t.x
	if ref, err := lambda.FromURI(uri); err == nil {
		uri = invokeURI(ref, x.stage.region)
	}
	if x.log.Detailed() {
		source := ""
		if !t.role {
			source = strings.TrimSuffix(x.stage.arn, x.stage.name+"/") + "authorizers/" + t.id
		}
		x.log.EndpointURI(uri)
		x.log.EndpointHeaders(x.invokeHeaders(source, event))
		x.log.EndpointBody(string(t.withoutToken(event)))
	}
	x.log.SendingTo(uri)
}

// AuthorizerResult shows the answer. What is no JSON is none, but why there is none.
func (t *authorizerTrace) AuthorizerResult(answer string) {
	if !json.Valid([]byte(answer)) && !strings.HasSuffix(answer, truncatedAnswer) {
		t.uncalled = true
		return
	}
	var thrown struct {
		ErrorMessage string `json:"errorMessage"`
	}
	if json.Unmarshal([]byte(answer), &thrown) == nil && thrown.ErrorMessage == "Unauthorized" {
		return // that it was thrown is all that is said (field report)
	}
	t.answer = answer
	t.x.log.AuthorizerResult(answer)
}

// truncatedAnswer ends answers that are too long for a log.
const truncatedAnswer = " [TRUNCATED]"

// refused writes why the authorizer's answer, or the want of one, is a 500, as the
// service words it (field reports); a reason that it is not known for stays as it is.
func (t *authorizerTrace) refused(r *authorizers.Refusal) {
	log := t.x.log
	switch problem := answerProblem(t.answer); {
	case r.Reason == "":
	case t.uncalled && r.ErrorType == configurationException:
		log.Failed(executionlog.InvalidFunctionPermissions)
		if !log.Tests() { // as for integrations: the service says no more
			log.ConfigurationError(r.Reason)
		}
		log.ConfigurationError("Authorizer error")
	case t.uncalled:
		log.ConfigurationError(r.Reason)
		log.ConfigurationError("Authorizer error")
	case problem != "":
		log.ConfigurationError(problem)
	default:
		log.ConfigurationError(r.Reason)
	}
}

// ended is what the log of a test call that was refused ends with: a function that
// failed is a matter of its configuration there (field reports).
func (t *authorizerTrace) ended(r *authorizers.Refusal) string {
	if answerProblem(t.answer) != "" {
		return configurationException
	}
	return r.ErrorType
}

// answerProblem is what is wrong with an authorizer's answer, in the words of the
// service; "" for what no report shows.
func answerProblem(answer string) string {
	const unparsable = "Could not parse policy"
	if answer == "null" {
		return unparsable
	}
	d := json.NewDecoder(strings.NewReader(answer))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return ""
	}
	policy := false
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return ""
		}
		name, _ := key.(string)
		switch name {
		case "principalId", "usageIdentifierKey", "context", "policyDocument":
		default:
			return `Invalid JSON in response: Unrecognized field "` + name + `" , not marked as ignorable`
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return ""
		}
		switch name {
		case "policyDocument":
			policy = string(value) != "null"
		case "context":
			if kind := nested(value); kind != "" {
				return "Invalid JSON in response: Can not deserialize instance of java.lang.String out of " + kind + " token"
			}
		}
	}
	if !policy {
		return unparsable
	}
	return ""
}

// nested names the token that a value of a context begins with that is no text, number
// or boolean; "" without one.
func nested(context json.RawMessage) string {
	d := json.NewDecoder(bytes.NewReader(context))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return ""
	}
	for d.More() {
		var value json.RawMessage
		if _, err := d.Token(); err != nil || d.Decode(&value) != nil || len(value) == 0 {
			return ""
		}
		switch value[0] {
		case '{':
			return "START_OBJECT"
		case '[':
			return "START_ARRAY"
		}
	}
	return ""
}

// withoutToken is the event of a TOKEN authorizer with its token masked; who makes a
// test call sees the token that came with it.
func (t *authorizerTrace) withoutToken(event []byte) []byte {
	const member = `"authorizationToken":`
	if t.x.log.Tests() || !bytes.HasPrefix(event, []byte(`{"type":"TOKEN",`)) {
		return event
	}
	shown := []byte(member + `"` + executionlog.Masked(t.identity) + `"`)
	return bytes.Replace(event, lambda.AppendJSONString([]byte(member), t.identity), shown, 1)
}
