// Package awsservice turns an integration of type AWS that names a service, not
// a function, into signed requests: arn:{partition}:apigateway:{region}:
// {[subdomain.]service}:{path|action}/{rest}.
//
// What flows in: at deployment the URI with its stage variables filled in, the
// method and the credentials of the integration; for a request a
// backend.Request that has the body and the mapped headers, and the values of
// the URI's placeholders and of the mapped query. What flows out: the same
// backend.Request with method, target, host, the gateway's own headers and a
// Signature Version 4, ready for the Endpoint of the call.
//
// It never takes an endpoint from request data, never lets a value leave the
// place of its placeholder, never lends a request to the network itself (calls
// go through package backend), and never makes a request wait for credentials
// longer than Options.CredentialsTimeout. It knows nothing of mapping, of
// templates, or of integration responses.
package awsservice
