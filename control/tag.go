package control

import (
	"strings"
	"unicode/utf8"
)

func tagOperations() operations { return operations{} }

// Bounds of tags (service model; aws-facts: limits, 2).
const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// checkTags is what holds of the tags of every resource.
func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return badRequest("The number of tags exceeds the limit of %d", maxTags)
	}
	for key, value := range tags {
		switch n := utf8.RuneCountInString(key); {
		case n == 0 || n > maxTagKey:
			return badRequest("Invalid tag key. Tag keys must have between 1 and %d characters", maxTagKey)
		case utf8.RuneCountInString(value) > maxTagValue:
			return badRequest("Invalid tag value. Tag values can have at most %d characters", maxTagValue)
		case len(key) >= 4 && strings.EqualFold(key[:4], "aws:"):
			return badRequest("Invalid tag key. Tag keys cannot start with 'aws:' (case insensitive)")
		}
	}
	return nil
}
