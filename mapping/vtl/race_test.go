//go:build race

package vtl_test

// raceEnabled tells that the race detector allocates.
const raceEnabled = true
