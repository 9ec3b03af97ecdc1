// Package postgrestest runs real PostgreSQL servers for tests, as net/http/httptest
// does for HTTP. Without Debian's package postgresql, or the programs postgres and
// initdb on the PATH, the tests that need it fail.
//
// Each server has an empty data directory of its own, listens on the loopback
// interface, and ends with the test. It is not for data that matters: it does not
// wait for the disk.
package postgrestest
