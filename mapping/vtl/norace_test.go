//go:build !race

package vtl_test

const raceEnabled = false
