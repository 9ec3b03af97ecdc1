// Package userpool verifies the tokens of Cognito user pools.
//
// What flows in: pools by their ARNs, and tokens as clients send them. What flows
// out: Claims, all as text in the form that the service hands them on, or one of
// the package's errors.
//
// A token counts only with a signature by RS256, RS384 or RS512 of a key of the
// very pool that its issuer names, of those that the caller accepts. Keys are found by
// their id alone; nothing in a token (jku, jwk, x5c, x5u) can bring its own.
//
// Key sets come from a URL or a file. They are fetched when first needed, anew in
// the background when they grow old, and when a token names an unknown key, as far
// as a rate limit allows. A set that cannot be fetched any more is used as it was
// last known. A verified token is remembered, but its times are judged each time,
// and it is forgotten with its key.
//
// The package never blocks a request for longer than Options.FetchTimeout, and
// never tells which check a token has failed beyond expiry: callers answer
// clients with one text.
package userpool
