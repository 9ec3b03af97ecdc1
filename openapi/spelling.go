package openapi

import "strings"

// didYouMean is `; did you mean "x"?` for the known word nearest to what was
// written, or nothing if none is near.
func didYouMean(written string, known []string) string {
	best, at := "", 1+len(written)/3
	if len(written) > 80 {
		return ""
	}
	for _, k := range known {
		if d := editDistance(strings.ToLower(written), strings.ToLower(k)); d <= at && (best == "" || d < at) {
			best, at = k, d
		}
	}
	if best == "" {
		return ""
	}
	return `; did you mean "` + best + `"?`
}

// nearestKey is didYouMean for the keys of a map. Among very many names, all
// written by the user, it does not look.
func nearestKey[V any](written string, known map[string]V) string {
	const most = 256
	if len(known) > most {
		return ""
	}
	return didYouMean(written, sortedKeys(known))
}

// editDistance counts the insertions, deletions, replacements and swaps of
// neighbours between two words.
func editDistance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
