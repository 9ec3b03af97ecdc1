// Package sdk generates client SDKs of a deployed API, as the service's GetSdk
// does, and tells which types there are.
//
// What flows in: an api.Snapshot, which is only read, with the stage's address.
// What flows out: a zip, or a BadRequest. JavaScript is generated: the client
// has the layout and the calls of the service's own, but is written here, needs
// no other library and runs in browsers and in Node.js. The other types are
// known with their parameters, and refused.
//
// It knows neither stores nor requests, and never half generates: a zip that is
// handed out works.
package sdk
