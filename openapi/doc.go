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
// through it. Writing documents (export) shares nothing with reading them but
// the names in extension.go.
//
// It never fetches a reference from elsewhere, never serves, and leaves to
// runtime.Compile what only the data plane understands: templates, mapping
// expressions, patterns, URIs and JSON Schemas.
package openapi
