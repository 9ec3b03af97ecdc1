// Package jsonpath reads values out of JSON documents with JSONPath as Jayway
// JsonPath 2.9 has it, its accidents included: what a missing path gives, which
// filter comparisons throw, how negative slices count, what functions return.
//
// What flows in: a path, compiled once, and a document of value.Value. What
// flows out: a value that shares the document's maps and lists, or an error:
// *NotFoundError for a path that leads nowhere, *Error for everything that
// Jayway throws.
//
// A Path is immutable and safe for concurrent use; a document is not, because
// append() changes it, as Jayway does. Nothing here runs without a bound:
// length and nesting of paths, steps and depth of a read, time of a regex.
package jsonpath
