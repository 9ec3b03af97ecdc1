package authorizers

import (
	"errors"
	"fmt"
	"time"

	"sluice/authorizers/jsontext"
	"sluice/authorizers/policy"
	"sluice/mapping"
)

// answer is a Lambda authorizer's compiled answer. It is shared and never changes.
type answer struct {
	principalID        string
	policy             *policy.Policy
	policyText         string
	context            []mapping.Pair // as text; without principalId, which has its own place
	usageIdentifierKey string
	expires            time.Time // from when on it does not count any more
	size               int       // bytes of the function's answer
}

// maxAnswer bounds an answer in bytes: room for the largest policy document and
// as much context. A bound of ours: the service publishes one for WebSocket APIs
// only.
const maxAnswer = 64 << 10

// parseAnswer reads and compiles what an authorizer's function answered.
// Members that the service does not know are left aside, as it does.
func parseAnswer(text string) (*answer, error) {
	if len(text) > maxAnswer {
		return nil, fmt.Errorf("the answer has more than %d bytes", maxAnswer)
	}
	members, err := jsontext.Object(text)
	if err != nil {
		return nil, err
	}
	a := &answer{size: len(text)}
	principal := false
	for _, m := range members {
		switch m.Name {
		case "principalId":
			if a.principalID, principal = jsontext.Str(m.Raw); !principal {
				return nil, errors.New("principalId is not text")
			}
		case "policyDocument":
			if jsontext.Kind(m.Raw) != '{' {
				return nil, errors.New("policyDocument is not an object")
			}
			if a.policy, err = policy.Parse([]byte(m.Raw), policy.Options{Kind: policy.Authorizer}); err != nil {
				return nil, fmt.Errorf("policyDocument: %w", err)
			}
			a.policyText = m.Raw
		case "context":
			if a.context, err = parseContext(m.Raw); err != nil {
				return nil, err
			}
		case "usageIdentifierKey":
			if jsontext.Kind(m.Raw) == 'n' {
				continue
			}
			var ok bool
			if a.usageIdentifierKey, ok = jsontext.Str(m.Raw); !ok {
				return nil, errors.New("usageIdentifierKey is not text")
			}
		}
	}
	switch {
	case !principal:
		return nil, errors.New("principalId is missing")
	case a.policy == nil:
		return nil, errors.New("policyDocument is missing")
	}
	return a, nil
}

// parseContext reads the flat map that templates see as $context.authorizer.
// Values become text as Java prints them; a null is no value.
func parseContext(raw string) ([]mapping.Pair, error) {
	if jsontext.Kind(raw) == 'n' {
		return nil, nil
	}
	members, err := jsontext.Members(raw)
	if err != nil {
		return nil, fmt.Errorf("context: %w", err)
	}
	pairs := make([]mapping.Pair, 0, len(members))
	for _, m := range members {
		if jsontext.Kind(m.Raw) == 'n' {
			continue
		}
		s, ok := jsontext.Text(m.Raw)
		if !ok {
			return nil, fmt.Errorf("context: the value of %q is neither a string, a number nor a boolean", m.Name)
		}
		switch m.Name {
		case "principalId", "integrationLatency":
			continue // the gateway's own
		}
		pairs = append(pairs, mapping.Pair{Name: m.Name, Value: s})
	}
	return pairs, nil
}

// errorMessage is the errorMessage of a function's failure; "" without one.
func errorMessage(payload string) string {
	members, err := jsontext.Object(payload)
	if err != nil {
		return ""
	}
	for _, m := range members {
		if m.Name == "errorMessage" {
			s, _ := jsontext.Str(m.Raw)
			return s
		}
	}
	return ""
}
