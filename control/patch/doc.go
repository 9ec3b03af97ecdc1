// Package patch applies the patchOperations of the update operations: one table per
// resource says which pairs of op and path there are and what each does.
//
// It knows JSON Pointer and the two families of error texts (aws-facts: patch
// operations, 2), nothing of resources. Operations are applied in their order to one
// value; the first that fails ends it, and the caller stores nothing then.
package patch
