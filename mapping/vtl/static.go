package vtl

// Static returns what the template prints when that is the same for every Env:
// when it is nothing but text.
func (t *Template) Static() ([]byte, bool) {
	if len(t.body) == 0 {
		return nil, true
	}
	s, ok := t.body[0].(text)
	if !ok || len(t.body) > 1 || len(s) > t.limits.Output {
		return nil, false
	}
	return []byte(s), true
}
