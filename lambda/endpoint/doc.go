// Package endpoint calls functions through Lambda's Invoke API over HTTP: the
// real service, or any local runtime that speaks it.
//
// What flows in: invocations. What flows out: the answers, the function's failure
// as X-Amz-Function-Error has it, or an error with the API's status and
// exception. Requests are signed with Signature Version 4 by the standard chain
// of credentials; connections are pooled.
//
// It never retries, never follows redirects, and never reads more of an answer
// than the service would send.
package endpoint
