// Package store keeps the records of the control plane: what exists, durably, and
// the same on every node.
//
// In flow records, a key and some bytes, inside transactions; out flow records, and
// the keys of every commit of every node in the order of the commits. A store is a
// SQLite file for one process ([OpenSQLite]), a PostgreSQL database that many nodes
// share ([OpenPostgres]), or memory ([OpenMemory]). They behave the same.
//
// It must never look into a value, know what a key means, or do anything on the
// path of a request.
package store
