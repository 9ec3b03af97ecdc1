package project

import "strings"

// Suggest returns the candidate that word was most likely meant to be, or "".
// Case does not count; up to a third of the word (at least one letter) may
// differ, where two letters in the wrong order are one difference. Of equals the
// first wins.
func Suggest(word string, candidates []string) string {
	word = strings.ToLower(word)
	best, found := max(1, len(word)/3)+1, ""
	for _, c := range candidates {
		if d := distance(word, strings.ToLower(c), best); d < best {
			best, found = d, c
		}
	}
	return found
}

// distance is the number of edits (insert, delete, replace, swap neighbours)
// between a and b; at least bound when it is not below bound.
func distance(a, b string, bound int) int {
	if d := len(a) - len(b); d >= bound || -d >= bound || len(a) > 256 {
		return bound
	}
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
