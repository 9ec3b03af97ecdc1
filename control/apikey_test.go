package control

import (
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
)

func TestAPIKey(t *testing.T) { runScenarios(t, "apikey.json") }

// text is a member of an answer that must be text.
func (f *fixture) text(answer map[string]any, member string) string {
	f.Helper()
	s, ok := answer[member].(string)
	if !ok {
		f.Fatalf("%s of %v is no text", member, answer)
	}
	return s
}

func TestAPIKeyDescription(t *testing.T) {
	f := newFixture(t)
	const refused = "Invalid API Key description specified."
	long := strings.Repeat("x", 125000)
	id := f.text(f.make("POST", "/apikeys", map[string]any{"description": long}), "id")
	f.refuses("POST", "/apikeys", map[string]any{"description": long + "x"}, 400, "BadRequestException", refused)
	patch := func(value string) map[string]any {
		return map[string]any{"patchOperations": []any{map[string]any{"op": "replace", "path": "/description", "value": value}}}
	}
	f.make("PATCH", "/apikeys/"+id, patch("y"+long[1:]))
	f.refuses("PATCH", "/apikeys/"+id, patch(long+"x"), 400, "BadRequestException", refused)
}

// Keys are a region's own but for their values, which the data plane tells them by.
func TestAPIKeyRegions(t *testing.T) {
	f := newFixture(t)
	value := strings.Repeat("v", 20)
	id := f.text(f.make("POST", "/apikeys", map[string]any{"value": value}), "id")
	f.region = "eu-west-1"
	f.refuses("GET", "/apikeys/"+id, nil, 404, "NotFoundException", "Invalid API Key identifier specified")
	if a := f.do("GET", "/apikeys", nil); a.body != `{"item":[]}` {
		t.Error(a.body)
	}
	f.refuses("POST", "/apikeys", map[string]any{"value": value}, 409, "ConflictException", "API Key already exists")
	got := f.make("POST", "/apikeys?mode=import&format=csv", "name,key\na,"+value+"\n")
	if w, _ := got["warnings"].([]any); len(w) != 1 || w[0] != "Line 2: API Key already exists" {
		t.Errorf("%v", got)
	}
	f.region = "us-east-1"
	f.make("DELETE", "/apikeys/"+id, nil)
	f.region = "eu-west-1"
	f.make("POST", "/apikeys", map[string]any{"value": value})
}

func TestAPIKeyLimits(t *testing.T) {
	f := newFixture(t)
	if err := f.record("apikeycount/us-east-1", `{"keys":9999,"sequence":20000}`); err != nil {
		t.Fatal(err)
	}
	id := f.text(f.make("POST", "/apikeys", `{}`), "id")
	const full = "Maximum number of API Keys for this account has been reached.  Please contact AWS if you need additional API Keys."
	f.refuses("POST", "/apikeys", `{}`, 429, "LimitExceededException", full)
	f.refuses("POST", "/apikeys?mode=import&format=csv", "name,key\na,"+strings.Repeat("k", 20)+"\n", 429, "LimitExceededException", full)
	f.make("DELETE", "/apikeys/"+id, nil)
	f.make("POST", "/apikeys", `{}`)
}

// Of many that make a key with one value at once one does, and all that were made
// are in one order.
func TestAPIKeyRace(t *testing.T) {
	f := newFixture(t)
	const writers = 8
	var wg sync.WaitGroup
	statuses := make([]int, writers)
	for i := range writers {
		wg.Go(func() {
			statuses[i] = f.do("POST", "/apikeys", map[string]any{"value": strings.Repeat("same", 5)}).status
			f.do("POST", "/apikeys", map[string]any{"name": strconv.Itoa(i)})
		})
	}
	wg.Wait()
	made := 0
	for _, s := range statuses {
		switch s {
		case 201:
			made++
		case 409:
		default:
			t.Errorf("status %d", s)
		}
	}
	if made != 1 {
		t.Errorf("%d keys have the same value", made)
	}
	seen := map[string]bool{}
	position := ""
	for range writers + 2 {
		a := f.make("GET", "/apikeys?limit=1&position="+url.QueryEscape(position), nil)
		for _, item := range a["item"].([]any) {
			seen[f.text(item.(map[string]any), "id")] = true
		}
		if position, _ = a["position"].(string); position == "" {
			break
		}
	}
	if len(seen) != writers+1 || position != "" {
		t.Errorf("%d keys on the pages, %q is left", len(seen), position)
	}
}

// A filter looks at all keys, however many lie between those that it finds.
func TestAPIKeyFilterPages(t *testing.T) {
	f := newFixture(t)
	var file strings.Builder
	file.WriteString("name,key\n")
	const keys, every = 1300, 600
	for i := range keys {
		name := "other"
		if i%every == 0 {
			name = "wanted" + strconv.Itoa(i)
		}
		file.WriteString(name + ",keykeykeykeykeykey" + strconv.Itoa(10000+i) + "\n")
	}
	f.make("POST", "/apikeys?mode=import&format=csv", file.String())
	var got []string
	position := ""
	for range 10 {
		a := f.make("GET", "/apikeys?name=wanted&limit=1&position="+position, nil)
		for _, item := range a["item"].([]any) {
			got = append(got, f.text(item.(map[string]any), "name"))
		}
		if position, _ = a["position"].(string); position == "" {
			break
		}
	}
	if want := "wanted1200 wanted600 wanted0"; strings.Join(got, " ") != want || position != "" {
		t.Errorf("%v, then %q", got, position)
	}
	if a := f.make("GET", "/apikeys?limit=500&name=other", nil); len(a["item"].([]any)) != 500 || a["position"] == nil {
		t.Errorf("%d on a page", len(a["item"].([]any)))
	}
}
