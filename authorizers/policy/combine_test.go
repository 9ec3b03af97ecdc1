package policy

import "testing"

func TestCombine(t *testing.T) {
	var tables map[string][]struct{ Identity, Resource, Want string }
	load(t, "combine.json", &tables)
	decisions := map[string]Decision{"Allow": Allow, "Deny": Deny, "Neither": Neither}
	combine := map[string]func(identity, resource Decision) Outcome{
		"alone":        func(_, resource Decision) Outcome { return CombineAlone(resource) },
		"cognito":      func(_, resource Decision) Outcome { return CombineCognito(resource) },
		"sameAccount":  CombineSameAccount,
		"crossAccount": CombineCrossAccount,
	}
	for name, f := range combine {
		rows := tables[name]
		if want := map[bool]int{true: 9, false: 3}[name == "sameAccount" || name == "crossAccount"]; len(rows) != want {
			t.Errorf("%s: %d rows, want %d", name, len(rows), want)
		}
		for _, row := range rows {
			if got := f(decisions[row.Identity], decisions[row.Resource]); got.String() != row.Want {
				t.Errorf("%s: identity %s, resource %s: got %v, want %s", name, row.Identity, row.Resource, got, row.Want)
			}
		}
	}
}
