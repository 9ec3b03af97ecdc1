// Package api is the model: RestApi, Resource, Method, Integration, Authorizer,
// Stage and the rest, with the wire's JSON names, and Snapshot, the frozen
// content of one deployment.
//
// What flows in: definitions from openapi files, snapshots and the control
// plane. What flows out: the Snapshot that the runtime compiles.
//
// It imports nothing of ours, does no work on requests and never changes a
// value after it was handed out: a Snapshot is read-only once made.
package api
