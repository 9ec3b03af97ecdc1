//go:build race

package e2e

// underRace builds the binary with the race detector when the tests have it.
const underRace = true
