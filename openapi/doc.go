// Package openapi turns OpenAPI 3.0 and Swagger 2.0 documents with the
// x-amazon-apigateway-* extensions into the model of package api.
//
// What flows in: the bytes of a document and Options. What flows out: an
// api.Snapshot whose Places tell where each part stands, and every problem of
// the document in one go, each with its place. An error is what the service
// refuses or what cannot be honoured here; what the service ignores is a
// warning.
//
// The files are named after the part of a document they read: import.go leads
// through it. result.go is what the control plane imports by, parameters.go the
// query parameters of its calls, merge.go puts a document into an API that is
// there. Package export writes documents, package docpart says which
// documentation speaks for a place; reading and writing share that.
//
// It never fetches a reference from elsewhere, never serves, and leaves to
// runtime.Compile what only the data plane understands: templates, mapping
// expressions, patterns, URIs and JSON Schemas.
package openapi
