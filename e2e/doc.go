// Package e2e holds the end-to-end tests: they build the sluice binary once and
// drive it from outside, as real processes with real connections, files and
// signals.
//
// It never imports a room of the house: what it knows of sluice is the command
// line and HTTP. Tests wait for lines of output and for conditions, with a
// deadline that only a broken build reaches; none depends on how fast things are.
package e2e
