package mapping

import "sluice/mapping/vtl/value"

// utilObject is $util.
type utilObject struct{ scope *Scope }

// Property knows none: all of $util is methods.
func (u *utilObject) Property(string) (value.Value, bool) { return value.Value{}, false }

// SetProperty refuses.
func (u *utilObject) SetProperty(string, value.Value) bool { return false }

// AppendText prints nothing.
func (u *utilObject) AppendText(dst []byte) []byte { return dst }

// Call carries out the six functions. null gives null, and what is not a String
// only escapeJavaScript takes.
func (u *utilObject) Call(name string, args []value.Value) (v value.Value, ok bool, err error) {
	var f func(dst []byte, s string) ([]byte, error)
	switch name {
	case "escapeJavaScript":
		f = func(dst []byte, s string) ([]byte, error) { return appendJavaScript(dst, s), nil }
	case "urlEncode":
		f = func(dst []byte, s string) ([]byte, error) { return appendURLEncoded(dst, s), nil }
	case "urlDecode":
		f = appendURLDecoded
	case "base64Encode":
		f = func(dst []byte, s string) ([]byte, error) { return appendBase64(dst, s), nil }
	case "base64Decode":
		f = appendBase64Decoded
	case "parseJson":
	default:
		return value.Value{}, false, nil
	}
	if len(args) != 1 {
		return value.Value{}, false, nil
	}
	if args[0].IsNull() {
		return value.Value{}, true, nil
	}
	s, isString := args[0].Str()
	if name == "parseJson" {
		if !isString {
			return value.Value{}, false, nil
		}
		if err := u.scope.charge(8 * len(s)); err != nil { // a value is larger than its text
			return value.Value{}, true, err
		}
		v, err = value.ParseJSON(s)
		return v, true, err
	}
	if !isString {
		if name != "escapeJavaScript" {
			return value.Value{}, false, nil
		}
		s = args[0].Text()
	}
	// Nothing that these functions make is more than six times as long.
	if err := u.scope.charge(6 * len(s)); err != nil {
		return value.Value{}, true, err
	}
	arena := u.scope.scratch()
	start := len(arena)
	out, err := f(arena, s)
	if err != nil {
		return value.Value{}, true, err
	}
	u.scope.Arena = out
	return value.Of(view(out[start:])), true, nil
}
