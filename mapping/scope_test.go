package mapping

import (
	"encoding/json"
	"os"
	"testing"

	"sluice/mapping/vtl/value"
)

// named answers each variable with its name in angle brackets.
type named struct{ authorizer *value.Map }

func (named) AppendVariable(dst []byte, v Variable) ([]byte, bool) {
	switch {
	case v.ID == WAFResponseCode, v.Key == "nothing":
		return dst, false
	case v.ID == IdentityUserAgent:
		return append(dst, "a\"b\\c\r\nd"...), true
	}
	return append(append(append(dst, '<'), v.String()...), '>'), true
}

func (n named) Authorizer() *value.Map { return n.authorizer }

// fullScope has something of everything.
func fullScope(body string) *Scope {
	s := &Scope{
		Params: Params{
			Path:   []Pair{{"id", "a%2Fb"}},
			Query:  []Pair{{"q", "1"}, {"empty", ""}, {"q", "2"}},
			Header: []Pair{{"X-One", "1"}, {"X-Two", "a"}, {"Accept", "*/*"}, {"X-Two", "b,c"}},
		},
		ResponseHeader: []Pair{{"Content-Type", "text/plain"}, {"Set-Cookie", "a=1"}, {"set-cookie", "x"}, {"Set-Cookie", "b=2"}},
		Context:        named{},
		StageVariables: value.NewMap(1),
	}
	s.ResponseHeader = append(s.ResponseHeader[:2:2], s.ResponseHeader[3])
	s.StageVariables.Put("env", value.Of("prod"))
	s.Body.Reset(body)
	return s
}

func readCases(t testing.TB, file string, cases any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, cases); err != nil {
		t.Fatal(file, err)
	}
}
