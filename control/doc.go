// Package control is the control plane: the operations of API Gateway over the real
// wire protocol, so that SDKs, the AWS CLI and Terraform work with only an endpoint
// changed.
//
// What flows in: HTTP requests, as the service model (control/model) has them. What
// flows out: answers, and records in the store (control/store), from whose change
// feed the data plane is fed (control/publish). One file a resource family; each
// lists its operations in a table of handlers.
//
// A request goes this way: credentials (authenticate), the operation (model.Match),
// JSON types and constraints (Operation.Check), then the family's handler, which
// reads and writes in one transaction of the store and returns the wire's answer.
//
// Answers are the service's plain JSON, whatever the Accept header: the form that it
// gives to those that ask for application/json, as each SDK and the AWS CLI do on
// every call. Its HAL form (application/hal+json: _links, _embedded, times as text),
// which is for browsers of the API, is not written.
//
// It never imports fasthttp, and knows the data plane only as the small interface
// DataPlane. It keeps nothing in memory that another node could change.
package control
