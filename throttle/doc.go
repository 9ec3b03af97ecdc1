// Package throttle meters requests: API keys, usage plans, token buckets and
// quotas, at every level that the real service has.
//
// What flows in: the keys and plans of the account (Apply, PutKey, PutPlan, ...),
// the settings of stages (Stage.Configure), handles of methods resolved when a
// stage is compiled (Stage.Method), and per request a handle, the text of the
// presented key and the time. What flows out: a Verdict, and per key, plan and day
// the usage that get_usage reports.
//
// # Order
//
// A request takes one token at each level, in this order: the usage plan (the
// throttle of the method if the plan has one for it, else the plan's own; both per
// key), the stage's setting for the method, the account. Then it counts against
// the quota. It takes from every level or from none: what a later level refuses is
// given back to the earlier ones, so that neither the quota nor the other clients
// pay for refused requests. Methods that require no key skip the plan.
//
// # Buckets
//
// A bucket is kept as the time at which it will be full again (GCRA, which is a
// token bucket in one number): eight bytes, changed by compare-and-swap. No lock is
// shared by requests, in particular not at the buckets that all requests share,
// the stage's and the account's; and giving a token back is exact. The package
// golang.org/x/time/rate, whose limiters have a mutex each and cannot take back
// what a later level refused, is the model that the tests compare buckets with.
//
// Limits that are unset do not throttle. Where only one of rate and burst is set,
// the other is the account's. A rate or a burst of 0 refuses every request.
//
// # Quotas
//
// The requests of a key under a plan are counted by UTC day, in one word with the
// day, and every 250 ms what has changed goes to the ledger in batches. Totals are
// absolute, so that nothing counts twice; kill -9 loses what came after the last
// batch. A quota's period, its days from the ledger and what update_usage added are
// summed when the day or the plan changes, not per request. A quota binds exactly.
//
// # Fleets
//
// With Options.Fleet the buckets and quotas are those of all nodes, in Redis (see
// package fleet): each request asks for all its levels in one call. The limit holds
// exactly, on the clock of Redis.
//
// With Options.Lease a node takes up to that many tokens of a bucket at once, never
// more than the bucket gains in 100 ms nor than half its burst, and gives up those
// that it does not use within 100 ms. It counts as many requests of a quota ahead of
// telling Redis. In any window at most nodes x lease more requests than the limit
// pass, and where demand is uneven as many fewer per 100 ms; a quota is exceeded by
// at most nodes x lease. A request that nothing is left for asks Redis.
//
// While Redis does not answer, each node goes by its own buckets with the limits
// divided by the last known number of nodes, and by its share of what was left of
// the quota. Its buckets have followed what it let through, so that nodes with
// even traffic go on where the common bucket was; with uneven traffic at most one
// burst more passes when Redis goes, and one when it comes back empty. Requests
// admitted meanwhile are reported when it is back. A call whose outcome is unknown
// counts as done: never twice, at most the calls in flight too few.
//
// A Redis that has lost its memory is told it again by all nodes, within half a
// second of their having noticed, also by those that have no requests: what each had
// counted there, today and on the other days of the month and the week, and what each
// knows of the quotas. Nothing is counted in such a Redis before it is noticed. What
// a node knew that is gone as well is lost; its ledger has its own part.
//
// # Memory
//
// A key is, together with its record in a plan, two lines of the processor's cache
// in a place that the hash of its value tells (see directory), so that a request
// reads its own of a million keys in one access to main memory. That takes longer
// than all the rest, so the gateway says which key it will ask about when it has read
// the request's head (Expect), and goes on meanwhile. What a request seldom needs
// lies apart: all in all about 600 bytes a key. Keys, plans and who is in them can
// change at any time, one by one (PutKey, UpdatePlan, Subscribe, ...); no request
// waits for a change, and no change takes longer the more keys there are, except
// that one in 4096 to a plan goes through the plan's keys. Buckets of single methods of single keys come into being with the first request and are
// evicted when they are full again.
//
// The package never reads a clock or a store while it judges a request, never
// keeps the key's text, and never lets one key's traffic wait for another's.
package throttle
