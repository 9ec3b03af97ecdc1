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
// # Memory
//
// What belongs to a key in a plan is one record of about 130 bytes, as long as the
// key is in the plan. Buckets of single methods of single keys come into being
// with the first request and are evicted when they are full again.
//
// The package never reads a clock or a store while it judges a request, never
// keeps the key's text, and never lets one key's traffic wait for another's.
package throttle
