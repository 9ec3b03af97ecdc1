// Package cache is the response cache of stages: it keeps the answers of
// integrations, so that the same request needs no second call of the backend.
//
// What flows in: the cluster settings of stages (Stage.Configure), methods with
// their cache settings and key parameters (Stage.Method, when a stage is
// compiled), and per request the scope with the client's parameters. What flows
// out: an Entry, the answer as it was after the integration response mapping, or
// a Flight, the duty to bring one.
//
// # The way of a request
//
// The pipeline asks between validation and the integration request:
//
//	refresh := false
//	if m.Active() && cache.AsksToInvalidate(header) {
//		may := !m.RequiresAuthorization() || authorization.MayInvalidate(...)
//		switch m.Judge(may) {
//		case cache.Refresh:
//			refresh = true
//		case cache.ServeWithWarning:
//			// once the answer is complete: add WarningName: WarningText
//		case cache.Refuse:
//			// answer RefusalStatus, RefusalMessage
//		}
//	}
//	hit, flight := m.Recall(&lookup, &scope, refresh)
//	defer flight.Abandon()
//	if hit != nil {
//		// answer with hit; it is read-only and may be sent without copying
//	}
//	// integration, response mapping; then, before anything that belongs to this
//	// client alone (request id, Warning, compression):
//	flight.Keep(&answer)
//
// A nil Method stands for a method that is not cached: its Recall finds nothing.
// A nil Flight is fine too: Keep and Abandon do nothing.
//
// # What is kept
//
// An answer is kept when the integration succeeded: the backend answered, an
// integration response was found and applied, and the status that resulted is
// below 500. Gateway responses are never kept: the pipeline abandons the flight
// when a step fails. That a 4XX of the backend is kept like any other answer is
// how the service is known to behave in the field (a backend's 429 is repeated
// from the cache); its documentation only says "responses". Headers of the answer,
// Cache-Control among them, do not matter: the service does not read them.
// Answers with a body of more than MaxBody bytes are not kept, nor are those of
// integrations that stream.
//
// # Keys
//
// A key is: API, stage, deployment, canary, cacheNamespace (the resource's id by
// default), method, and the cacheKeyParameters with their values; nothing else of
// the request. Stage and canary share entries if useStageCache is set and both
// have the same deployment. Resources with the same namespace and the same
// parameters share entries. The parameters may be:
//
//	method.request.path.{name}                    the value
//	method.request.querystring.{name}             the last value
//	method.request.multivaluequerystring.{name}   all values, in order
//	method.request.header.{name}                  the last value
//	method.request.multivalueheader.{name}        all values, in order
//	integration.request.{path|querystring|multivaluequerystring|header|multivalueheader}.{name}
//
// An integration parameter stands for the expression that the integration maps to
// it (any source: a parameter, 'static', stageVariables.x, context.x,
// method.request.body...). Unmapped ones are the client's own parameter of that
// name in proxy integrations, and always absent in others. Overrides of templates
// come later than the look-up and play no part.
//
// An absent parameter, an empty one and a value are three different things, and
// every part is preceded by its length, so that no two requests share a key
// that differ in it. A header counts in the spelling that is configured, as for
// mappings, and if it did not come in that one, in any other: two clients must
// not see each other's answers because both spell Authorization differently.
//
// # Which methods
//
// A method is cached when its stage has a cache cluster, and the setting for
// exactly this method ({path}/{VERB}) has cachingEnabled; without such a setting,
// GET also by the setting of the stage (*/*). See Setting.
//
// # Concurrent misses
//
// The first request that misses a key leads: it gets a Flight and calls the
// backend. Others with the same key wait for it, at most as long as their own
// integration may take, and share its answer, also when that is too large to be
// kept. When the leader brings nothing (its integration failed, or answered 5XX),
// each waiting request goes on to call the backend itself: an error may be the
// leader's own (its body, its credentials), so nobody inherits it. A request that
// invalidates neither waits nor is waited for, and what it brings is not replaced
// by the answer to an earlier question.
//
// # Where entries are
//
// In the process: one bounded cache a stage, MaxBytes by its size class. Or in
// Redis, shared by all nodes and bounded there; when Redis does not answer in
// time or at all, every request is a miss, and for a moment nobody asks. Entries
// of methods with cacheDataEncrypted are then sealed with AES-256-GCM under a key
// derived for the stage, bound to the entry's key, and the names under which they
// lie there tell nothing either. In the process, memory is not encrypted.
//
// Flushing a stage or changing its size takes effect at once for all its entries,
// however many: they belong to a generation that nobody asks for any more. An
// answer whose backend call began before a flush is not kept after it.
//
// The package never keeps what a Lookup, Scope or Answer lends, never changes an
// Entry, never lets a request wait without a bound, and never fails a request: the
// worst that it does is to find nothing.
package cache
