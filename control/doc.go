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
// It never imports fasthttp, and knows the data plane only as the small interface
// DataPlane. It keeps nothing in memory that another node could change.
package control
