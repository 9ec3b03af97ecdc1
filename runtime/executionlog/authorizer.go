package executionlog

import "sluice/mapping"

// StartingAuthorizer says that a Lambda authorizer or a user pool is asked.
func (l *Log) StartingAuthorizer(authorizerID string) {
	if l.informs() {
		l.begin("Starting authorizer: ").value(authorizerID)
		l.own(" for request: ")
		l.value(l.requestID)
		l.end()
	}
}

// IncomingIdentity shows the identity, masked.
func (l *Log) IncomingIdentity(identity string) {
	if l.informs() {
		l.begin("Incoming identity: ").masked(identity)
		l.end()
	}
}

// IncomingSources shows the identity of an authorizer that has several sources, their
// values masked (field report of a test call).
func (l *Log) IncomingSources(values []mapping.Pair) {
	if !l.informs() {
		return
	}
	l.begin("Incoming identity: ").own("{")
	names := l.distinct(values, false)
	hashOrder(names)
	for i, name := range names {
		if i > 0 {
			l.own(", ")
		}
		l.value(values[name.at].Name)
		l.own("=")
		l.masked(values[name.at].Value)
	}
	l.own("}")
	l.end()
}

// AuthorizerEnded ends the log of a test call whose authorizer let nobody pass: with
// what a client would be told (field reports).
func (l *Log) AuthorizerEnded(text string) {
	if l != nil && l.Tests() {
		l.begin(text)
		l.end()
	}
}

// AuthorizerResult shows what the authorizer's function answered.
func (l *Log) AuthorizerResult(answer string) {
	if l.Detailed() {
		l.begin("Authorizer result body before parsing: ").body(answer)
		l.end()
	}
}

// UsingPolicy says that the answer is valid; the principal is masked.
func (l *Log) UsingPolicy(principal string) {
	if l.informs() {
		l.begin("Using valid authorizer policy for principal: ").masked(principal)
		l.end()
	}
}

// AuthorizerCompleted ends the work of an authorizer that said who the client is.
func (l *Log) AuthorizerCompleted() {
	if l.informs() {
		l.begin("Successfully completed authorizer execution")
		l.end()
	}
}

// Unauthorized says that the request was refused for want of a valid identity.
func (l *Log) Unauthorized() {
	if l != nil {
		l.fail("Unauthorized request: ").value(l.requestID)
		l.end()
	}
}
