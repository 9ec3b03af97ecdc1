package runtime

import (
	"sync"
	"weak"

	"sluice/mapping"
)

// accessFormats are the access log formats of all stages, compiled once each: most of
// many stages have the same, and what all of their requests read stays in the
// processor's cache. A format lives as long as a stage has it.
type accessFormats struct {
	mu    sync.Mutex
	known map[string]weak.Pointer[mapping.Substitution]
	sweep int // how many may be known before those that are gone are taken out
}

// fewestFormats is how many formats are not worth a sweep.
const fewestFormats = 64

// compile is the compiled format.
func (a *accessFormats) compile(format string) (*mapping.Substitution, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if f := a.known[format].Value(); f != nil {
		return f, nil
	}
	f, err := mapping.CompileSubstitution(format, mapping.AccessLogFormat)
	if err != nil {
		return nil, err
	}
	if a.known == nil {
		a.known = map[string]weak.Pointer[mapping.Substitution]{}
	}
	if len(a.known) >= max(a.sweep, fewestFormats) {
		for text, w := range a.known {
			if w.Value() == nil {
				delete(a.known, text)
			}
		}
		a.sweep = 2 * len(a.known)
	}
	a.known[format] = weak.Make(f)
	return f, nil
}
