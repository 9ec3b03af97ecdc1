package docpart

import (
	"encoding/json"
	"os"
	"testing"

	"sluice/api"
)

// TestFind looks places up among the parts of testdata/find.json.
func TestFind(t *testing.T) {
	src, err := os.ReadFile("testdata/find.json")
	if err != nil {
		t.Fatal(err)
	}
	var data struct {
		Parts []*api.DocumentationPart
		Cases []struct {
			At   api.DocumentationPartLocation
			Want string // properties; "" if none is due
		}
	}
	if err := json.Unmarshal(src, &data); err != nil {
		t.Fatal(err)
	}
	x := NewIndex(data.Parts)
	for _, c := range data.Cases {
		got := ""
		if p := x.Find(c.At); p != nil {
			got = p.Properties
		}
		if got != c.Want {
			t.Errorf("%+v: %q, want %q", c.At, got, c.Want)
		}
	}
	var none *Index
	if none.Find(api.DocumentationPartLocation{Type: "API"}) != nil || none.Own(api.DocumentationPartLocation{Type: "API"}) != nil {
		t.Error("a nil index finds something")
	}
}
