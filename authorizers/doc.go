// Package authorizers decides who may call a method: AWS_IAM, Lambda authorizers
// (TOKEN and REQUEST), Cognito user pools, and the resource policy of the API
// together with each of them.
//
// What flows in: authorizers and methods, compiled once (Guard.Authorizer,
// NewMethod), and per request a Request, the pipeline's view of what the client
// sent. What flows out: nil or a Refusal, which names the gateway response that
// the client gets, and an Identity, which answers $context.authorizer.* and
// $context.identity.*.
//
// A Guard holds what the authorizers of all stages share: the function invoker,
// results of Lambda authorizers by identity, key sets of user pools and the
// credentials of IAM callers. Sub-packages do what needs no gateway: policy judges
// documents, sigv4 verifies signatures, userpool verifies tokens.
//
// # Rules
//
// Where several values of one identity source arrive, the last one is the
// identity, as everywhere in the service; all of them are part of the cache key,
// because the function sees them all. Header names match in any letter case.
//
// Keys of the result cache begin with the number of an authorizer in its stage
// and a generation, and each value is preceded by its length, so that no two
// identities, authorizers, stages or APIs share an entry. Changing anything in an
// authorizer's definition gives it a new number; flushing a stage starts a new
// generation.
//
// Concurrent requests of one identity share one invocation, which no client that
// goes away can cancel. Policies in the cache are judged anew for every request.
// A thrown "Unauthorized" and every failure are answered but not cached.
//
// The package never keeps a Request or what it lends after a call returns, never
// trusts a token or a signature before it is verified, and never lets a template
// or a client change a cached result.
package authorizers
