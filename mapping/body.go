package mapping

import (
	"strings"

	"sluice/mapping/jsonpath"
	"sluice/mapping/vtl/value"
)

// Body is a payload that is parsed as JSON at most once, and only when asked.
type Body struct {
	raw    string
	parsed bool
	root   value.Value
	err    error
}

// Reset makes b the payload raw. raw may be a view; it must stay valid while b is used.
func (b *Body) Reset(raw string) { *b = Body{raw: raw} }

// Raw is the payload as received; "" when there is none.
func (b *Body) Raw() string { return b.raw }

// emptyBody is what templates and mappings see of an empty payload (recorded).
const emptyBody = "{}"

// Text is the payload as $input.body shows it: "{}" when there is none.
func (b *Body) Text() string {
	if b.raw == "" {
		return emptyBody
	}
	return b.raw
}

// Root is the payload parsed as json-smart does in its permissive mode, where
// text that is no JSON at all is a string. The error is a *value.ParseError.
func (b *Body) Root() (value.Value, error) {
	if !b.parsed {
		b.root, b.err = value.ParseJSON(b.Text())
		b.parsed = true
	}
	return b.root, b.err
}

// BadBodyError tells that a payload that looks like JSON is none.
type BadBodyError struct{ Err error }

func (e *BadBodyError) Error() string { return "Invalid JSON in request body: " + e.Err.Error() }

// Unwrap gives the parser's error.
func (e *BadBodyError) Unwrap() error { return e.Err }

// json is the payload for parameter mappings: isJSON is false for text that
// starts like none. Text that starts like JSON but is none is a *BadBodyError
// (aws-facts: data plane, section 10).
func (b *Body) json() (root value.Value, isJSON bool, err error) {
	text := strings.TrimLeft(b.Text(), " \t\r\n")
	if text == "" || strings.IndexByte(`{["'`, text[0]) < 0 {
		return value.Value{}, false, nil
	}
	root, err = b.Root()
	if err != nil {
		return value.Value{}, false, &BadBodyError{err}
	}
	return root, true, nil
}

// mapped gives the text that a parameter mapping takes from the payload: all of
// it, or what path selects. Objects and arrays are compact JSON text.
func (b *Body) mapped(path *jsonpath.Path) (text string, ok bool, err error) {
	v, isJSON, err := b.json()
	if err != nil {
		return "", false, err
	}
	if path == nil {
		if !isJSON {
			return b.raw, true, nil
		}
	} else {
		if !isJSON {
			return "", false, nil
		}
		if v, err = path.Read(v); err != nil {
			return "", false, nil // a missing path leaves the destination out
		}
	}
	switch v.Kind() {
	case value.Null:
		return "", false, nil
	case value.MapKind, value.ListKind:
		dst, err := value.AppendJSONLimit(nil, v, value.Compact, MaxOutput)
		return string(dst), err == nil, nil
	default:
		return v.Text(), true, nil
	}
}
