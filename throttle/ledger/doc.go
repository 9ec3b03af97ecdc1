// Package ledger remembers how many requests each key made under each usage plan
// on each day, and what was added to its quotas.
//
// What flows in: days' totals, absolute and in batches, from the limiter that
// counted them. What flows out: the same, summed for a quota's period or day by
// day for a report. A total replaces the one stored before, so that a batch which
// is written twice, or again after a crash, never counts twice.
//
// A Store is one node's: it never adds up what several nodes write.
package ledger
