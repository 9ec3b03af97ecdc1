// Package policy judges requests by policy documents: the resource policy of an
// API, the policy in a Lambda authorizer's answer and the identity policies of
// IAM callers.
//
// What flows in: the JSON text of a document, once, through Parse, and per
// request a Request (action, resource ARN, principal, context keys). What flows
// out: a Decision of one document, an Outcome of two documents combined by the
// service's tables, and the texts that a refused client sees.
//
// Parse compiles: every pattern, address range, date and number of the document
// is made ready, and statements that deny come first. Evaluate only compares; it
// allocates nothing, takes time linear in the sizes of document and request
// (times the length of a pattern, never exponential) and is safe for concurrent use.
//
// The package never fetches anything, knows no HTTP, decodes or cleans no path:
// it compares the resource ARN byte for byte as given, so the caller must give
// the very path it routes by. It never guesses what an unknown operator, effect
// or member might mean: such a document is refused with the place of the fault.
//
// # Matching rules
//
// Sources: the IAM user guide ("JSON policy elements" and "Grammar") and the API
// Gateway developer guide ("Control access for invoking an API", "API Gateway
// resource policies"); rules without a published source are marked believed.
//
//   - Resource elements are matched part by part: the first five colon-separated
//     parts of the pattern against those of the ARN, so that a * for the region
//     cannot swallow account and API, and then the rest as one text, in which *
//     covers any characters, / and : included, and none at all. A pattern with
//     fewer than six parts must end in *, which then covers the remaining parts
//     (arn:aws:execute-api:us-east-1:*). ? is one character (code point).
//     Letter case counts; %2F is not /, and ".." is two dots.
//   - Arn condition operators are matched in the same way, but need all six parts.
//   - Action elements ignore letter case. So do names of context keys, condition
//     operators and members of the document (the last two: believed); Effect does not.
//   - A context key that is absent makes a condition false, or true for a negated
//     operator, for ...IfExists and for ForAllValues. An empty value counts as none
//     for ForAllValues, ForAnyValue and Null.
//   - A policy variable without a value matches nothing; an Allow statement that
//     needs one does not apply, a negated comparison in a Deny statement does.
//   - NotPrincipal in a Deny statement spares a caller only if the caller and its
//     account (and, for a session, its role) are all listed; in an Allow statement
//     one of them listed is enough to leave the caller out.
package policy
