package control

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"testing"
)

// patchSupport is which ops each path of each resource has (aws-facts: patch
// operations, 3).
type patchSupport struct {
	Setup     []exchange
	Resources []struct {
		Operation, URL string
		Paths          []struct {
			Path, Value, From string
			Ops               []string
		}
	}
}

// What a resource has of an op and a path is not refused for its op or path, whatever
// else may be wrong with it; what it does not have is.
func TestPatchSupport(t *testing.T) {
	text, err := os.ReadFile("testdata/patchsupport.json")
	if err != nil {
		t.Fatal(err)
	}
	var support patchSupport
	if err := json.Unmarshal(text, &support); err != nil {
		t.Fatal(err)
	}
	unsupported := regexp.MustCompile(`^Invalid (patch path|patch operation specified|method setting path)`)
	for _, r := range support.Resources {
		t.Run(r.Operation, func(t *testing.T) {
			f := newFixture(t)
			known := map[string]string{}
			for i, x := range support.Setup {
				f.exchange(i, x, known)
			}
			for _, p := range r.Paths {
				for _, op := range []string{"add", "replace", "remove", "copy", "move", "test"} {
					if op == "copy" && p.From != "" { // from a canary, which must be there
						f.do("PATCH", filled("/restapis/${a}/stages/dev", known), `{"patchOperations":[{"op":"replace","path":"/canarySettings/percentTraffic","value":"1"}]}`)
					}
					o := map[string]string{"op": op, "path": filled(p.Path, known), "value": filled(p.Value, known), "from": p.From}
					a := f.do("PATCH", filled(r.URL, known), map[string]any{"patchOperations": []any{o}})
					refused := a.status == 400 && unsupported.MatchString(a.member("message"))
					if want := !slices.Contains(p.Ops, op); refused != want || a.status >= 500 || want && a.status != 400 {
						t.Errorf("%s %s: %d %s", op, p.Path, a.status, a.body)
					}
				}
			}
		})
	}
}
