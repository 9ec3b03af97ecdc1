// Package export writes an API as an OpenAPI 3.0 or Swagger 2.0 document, the
// way the service's GetExport does.
//
// What flows in: an api.Snapshot, which is only read, and Options that name the
// stage. What flows out: the document's bytes and the name of its file, or a
// BadRequest.
//
// The files follow a document from the outside in: export.go, path.go,
// operation.go and what an operation has. object.go holds the tree that is
// written; json.go and yaml.go write it in the service's own style.
//
// It knows neither stores nor requests. What it writes openapi.Import reads back
// as the same API, up to what the format cannot say.
package export
