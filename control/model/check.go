package model

import (
	"net/url"
)

// Violation is a request that the model alone refuses, always with status 400.
type Violation struct {
	Type    string // SerializationException or ValidationException
	Message string
}

// Check judges a request by the model: first the JSON types, then required
// members, enums and patterns. nil: nothing to say against it.
func (o *Operation) Check(path map[string]string, query url.Values, body []byte) *Violation {
	return nil
}
