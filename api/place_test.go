package api

import "testing"

func TestPlacesFind(t *testing.T) {
	p := NewPlaces("a.yaml")
	p.Set(Place{File: "a.yaml", Line: 3, Column: 5}, "resources", "/pets", "GET")
	p.Set(Place{File: "a.yaml", Line: 9, Column: 7, Block: true}, "resources", "/pets", "GET", "integration", "requestTemplates", "application/json")
	p.Set(Place{File: "b.yaml", Line: 1, Column: 2}, "models", "Pet")
	for _, c := range []struct {
		part []string
		want Place
	}{
		{[]string{"resources", "/pets", "GET"}, Place{File: "a.yaml", Line: 3, Column: 5}},
		{[]string{"resources", "/pets", "GET", "integration", "uri"}, Place{File: "a.yaml", Line: 3, Column: 5}},
		{[]string{"resources", "/pets", "GET", "integration", "requestTemplates", "application/json"}, Place{File: "a.yaml", Line: 9, Column: 7, Block: true}},
		{[]string{"models", "Pet", "schema"}, Place{File: "b.yaml", Line: 1, Column: 2}},
		{[]string{"models", "Dog"}, Place{File: "a.yaml"}},
		{[]string{"resources/pets", "GET"}, Place{File: "a.yaml"}},
		{nil, Place{File: "a.yaml"}},
	} {
		if got := p.Find(c.part...); got != c.want {
			t.Errorf("Find(%q) = %+v, want %+v", c.part, got, c.want)
		}
	}
	var none *Places
	if got := none.Find("models"); got != (Place{}) {
		t.Errorf("Find on nil = %+v", got)
	}
}

func TestPlaceInside(t *testing.T) {
	block := Place{File: "a.yaml", Line: 10, Column: 13, Block: true}
	if got := block.Inside(3, 5).String(); got != "a.yaml:12:17" {
		t.Errorf("in a literal: %s", got)
	}
	quoted := Place{File: "a.yaml", Line: 10, Column: 13}
	if got := quoted.Inside(3, 5); got != quoted {
		t.Errorf("in a quoted string: %v", got)
	}
}
