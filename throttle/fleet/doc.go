// Package fleet shares the counters of throttles and quotas among nodes through
// Redis or Valkey.
//
// What flows in: the buckets that a request needs a token from, and the quota that
// it counts against. What flows out: whether all of them granted it, from one call
// of one Lua script. All of them grant or none does.
//
// # Counters
//
// A bucket is the time in microseconds at which it will be full again (GCRA), on
// the clock of Redis, so that the clocks of the nodes do not matter. A grant of n
// tokens moves it by n intervals. It expires when it is full: a missing bucket is
// a full one. Quotas are hashes, see usage.lua.
//
// # Keys
//
// All keys of a fleet begin with its name as a hash tag, {sluice}, so that they
// are in one slot of a cluster. They must be: the account's bucket takes part in
// every call, and a script can only use keys of one slot. Different fleets can
// share a cluster and are spread over it by their names. Parts of keys are
// preceded by their length, so that no two names make the same key.
//
//	{sluice}:nodes                         the nodes' heartbeats, a sorted set by expiry
//	{sluice}:epoch                         made at random by the first node
//	{sluice}:a                             the account's bucket
//	{sluice}:m:{api}{stage}{method}        the bucket of a stage's method
//	{sluice}:p:{plan}{key}                 the bucket of a key in a plan
//	{sluice}:q:{plan}{key}{api}{stage}{method}  of a key for one method
//	{sluice}:u:{plan}{key}                 the usage of a key under a plan, 121 days
//	{sluice}:r:{report}                    a report that was counted, 10 minutes
//
// # Redis slow or gone
//
// A call waits as long as Options.Wait and no longer. One that fails takes the
// client out of service: Healthy is false, no further request waits, and the
// limiter goes by its own buckets with its share of the limits, by Nodes. A probe
// every 200 ms puts the client back into service. Neither makes a request fail.
//
// # Redis without memory
//
// A Redis that comes back empty has another epoch. Every call says which one the node
// knows, and does nothing in another, so that no node counts in a new memory before
// it has told it what it knew of the old one: Epoch grows, and the limiter sends
// reports with Again. They count nothing that the new memory has, because usages
// remember the epoch in which they came into being.
//
// Calls are never repeated, because one whose answer was lost may have counted;
// reports carry an id by which they are counted once.
package fleet
