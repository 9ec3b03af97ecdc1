// Package keyfile reads the files that import_api_keys takes: API keys as
// comma-separated values.
//
// What flows in: the bytes of a file. What flows out: a row for each key, in the
// order of the file, and what is wrong with single rows, which are left out then. A
// file whose columns cannot be told apart is refused as a whole.
//
// The format is the service's (developer guide, "API Gateway API key file format"):
// a header line with at least Name and Key, in any order and case; Description,
// Enabled (true unless said otherwise) and UsagePlanIds, which lists several plans
// in single or double quotes; other columns are ignored. Blanks around values do not
// count. Of several rows with the same key the last one holds. The texts about
// values are those that create_api_key is recorded with, that of a missing column is
// the service's own; its other texts are not known.
//
// The package stores nothing and knows no plan: whether a plan exists is for the
// caller to see.
package keyfile
