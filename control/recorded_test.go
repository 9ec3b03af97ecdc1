package control

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// recordedScenario is a row, or some, of the facts that are known of the real service.
type recordedScenario struct {
	Name    string
	Section string // of the facts
	Calls   []recordedExchange
}

// recordedExchange looks closer than exchange does: at bytes, headers and items.
type recordedExchange struct {
	exchange
	Bytes   *string           // all of the answer
	Text    []string          // what its bytes have
	Lacks   []string          // what they do not have
	Headers map[string]string // patterns, by canonical names
	Lengths map[string]int    // member -> characters a-z, A-Z and 0-9
	Items   []string          // ids of the items, in order
	Paths   []string          // those of the items; ${path} is the id of one from then on
}

// The answers of the real service, and what its documentation, its model and its
// users say of it. Each expectation says which of these it is.
func TestRecorded(t *testing.T) {
	text, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []recordedScenario
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	origins := []string{"", "recorded", "docs", "model", "believed"}
	for _, s := range all {
		t.Run(s.Name, func(t *testing.T) {
			if s.Section == "" {
				t.Error("no section")
			}
			f := newFixture(t)
			known := map[string]string{}
			for i, x := range s.Calls {
				if !slices.Contains(origins, x.Origin) {
					t.Errorf("%d. origin %s", i, x.Origin)
				}
				f.recordedExchange(i, x, known)
			}
		})
	}
}

func (f *fixture) recordedExchange(i int, x recordedExchange, known map[string]string) {
	f.Helper()
	a := f.exchange(i, x.exchange, known)
	fail := func(format string, args ...any) {
		f.Helper()
		f.Errorf("%d. %s: "+format+"\n got %d %s", append(append([]any{i, x.Call}, args...), a.status, a.body)...)
	}
	fill := func(s string) string { return filled(s, known) }
	if x.Bytes != nil && a.body != fill(*x.Bytes) {
		fail("bytes are not %s", fill(*x.Bytes))
	}
	for _, s := range x.Text {
		if !strings.Contains(a.body, fill(s)) {
			fail("there is no %s", fill(s))
		}
	}
	for _, s := range x.Lacks {
		if strings.Contains(a.body, s) {
			fail("there is %s", s)
		}
	}
	for name, pattern := range x.Headers {
		if got := a.header.Get(name); !regexp.MustCompile(pattern).MatchString(got) {
			fail("%s is %q, not %s", name, got, pattern)
		}
	}
	for member, n := range x.Lengths {
		if v := a.member(member); len(v) != n || strings.Trim(v, alphanumeric) != "" {
			fail("%s is %q", member, v)
		}
	}
	var got struct{ Item []struct{ ID, Path string } }
	_ = json.Unmarshal([]byte(a.body), &got)
	var ids, paths []string
	for _, v := range got.Item {
		ids, paths = append(ids, v.ID), append(paths, v.Path)
		known[v.Path] = v.ID
	}
	slices.Sort(paths)
	if x.Paths != nil && !slices.Equal(paths, x.Paths) {
		fail("paths are not %v", x.Paths)
	}
	if x.Items != nil {
		if want := fill(strings.Join(x.Items, " ")); strings.Join(ids, " ") != want {
			fail("items are not %s", want)
		}
	}
}
