// Package registry opens the configured functions and finds the one that a name
// means.
//
// What flows in: a lambda.Config, anew after each change of it, and invocations.
// What flows out: their results. A function that is configured answers for its
// name, or for one version or alias of it; any other goes to the Invoke endpoint,
// if one is known. Asynchronous invocations of local functions wait in a bounded
// queue.
//
// It never changes a table of functions that is in use: a new one is swapped in,
// and functions that are no longer configured end behind it.
package registry
