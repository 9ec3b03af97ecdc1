package control

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// exchange is one call of a case in testdata and what must come of it. In path, body
// and answers ${name} stands for what an earlier answer had there (keep).
type exchange struct {
	Origin string
	Call   string // METHOD /path
	Body   json.RawMessage
	Status int
	Kind   string            // exception
	Error  string            // message
	Answer json.RawMessage   // all of the answer
	Has    json.RawMessage   // members of the answer; null: must not be there
	Keep   map[string]string // name -> member of the answer
}

type scenario struct {
	Name  string
	Calls []exchange
}

// runScenarios makes the calls of the scenarios of a file, each on a server of its own.
func runScenarios(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var all []scenario
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		t.Run(s.Name, func(t *testing.T) {
			f := newFixture(t)
			known := map[string]string{}
			for i, x := range s.Calls {
				f.exchange(i, x, known)
			}
		})
	}
}

// filled is a text with what is known in it.
func filled(s string, known map[string]string) string {
	for name, v := range known {
		s = strings.ReplaceAll(s, "${"+name+"}", v)
	}
	return s
}

// exchange makes one call, holds its answer against x and returns it.
func (f *fixture) exchange(i int, x exchange, known map[string]string) answer {
	f.Helper()
	fill := func(s string) string { return filled(s, known) }
	method, path, _ := strings.Cut(fill(x.Call), " ")
	var body any
	if len(x.Body) > 0 {
		body = fill(string(x.Body))
		var document string // the bytes of a definition
		if json.Unmarshal([]byte(body.(string)), &document) == nil {
			body = document
		}
	}
	a := f.do(method, path, body)
	fail := func(format string, args ...any) {
		f.Helper()
		f.Errorf("%d. %s %s: "+format+"\n got %d %s %s", append(append([]any{i, method, path}, args...), a.status, a.kind, a.body)...)
	}
	want := x.Status
	if want == 0 {
		want = 200
	}
	if a.status != want {
		fail("status is not %d", want)
	}
	if x.Kind != "" && (a.kind != x.Kind+"Exception" || a.member("message") != fill(x.Error)) {
		fail("error is not %s %s", x.Kind, fill(x.Error))
	}
	if x.Answer != nil && !sameJSON(a.body, fill(string(x.Answer))) {
		fail("answer is not %s", fill(string(x.Answer)))
	}
	if x.Has != nil {
		var got, has map[string]any
		_ = json.Unmarshal([]byte(a.body), &got)
		if err := json.Unmarshal([]byte(fill(string(x.Has))), &has); err != nil {
			f.Fatal(err)
		}
		for name, v := range has {
			g, w := must(json.Marshal(got[name])), must(json.Marshal(v))
			if string(g) != string(w) {
				fail("%s is %s, not %s", name, g, w)
			}
		}
	}
	for name, member := range x.Keep {
		if known[name] = a.member(member); known[name] == "" {
			fail("there is no %s", member)
		}
	}
	return a
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// member is a text of the answer by the names that lead to it, with dots.
func (a answer) member(path string) string {
	var v any
	_ = json.Unmarshal([]byte(a.body), &v)
	for _, name := range strings.Split(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[name]
		case []any:
			i := 0
			for _, c := range name {
				i = i*10 + int(c-'0')
			}
			if i < 0 || i >= len(at) {
				return ""
			}
			v = at[i]
		default:
			return ""
		}
	}
	s, _ := v.(string)
	return s
}

func TestRestAPI(t *testing.T)          { runScenarios(t, "restapi.json") }
func TestResource(t *testing.T)         { runScenarios(t, "resource.json") }
func TestGatewayResponse(t *testing.T)  { runScenarios(t, "gatewayresponse.json") }
func TestDocumentation(t *testing.T)    { runScenarios(t, "documentation.json") }
func TestTags(t *testing.T)             { runScenarios(t, "tag.json") }
func TestModel(t *testing.T)            { runScenarios(t, "model.json") }
func TestRequestValidator(t *testing.T) { runScenarios(t, "requestvalidator.json") }

// The policy is escaped once more than JSON does it, its short form is spelled out,
// and a list of one resource is that resource (recorded).
func TestResourcePolicy(t *testing.T) {
	f := newFixture(t)
	policy := `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": ["execute-api:/*"]}]}`
	a := f.make("POST", "/restapis", map[string]any{"name": "p", "policy": policy})
	id, _ := a["id"].(string)
	want := `{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"execute-api:Invoke\",\"Resource\":\"arn:aws:execute-api:us-east-1:123456789012:` + id + `/*\"}]}`
	if a["policy"] != want {
		t.Errorf("policy is\n%s, not\n%s", a["policy"], want)
	}
	if got := f.make("GET", "/restapis/"+id, nil)["policy"]; got != want {
		t.Errorf("policy of a get is %s", got)
	}
	clone := f.make("POST", "/restapis", map[string]any{"name": "q", "cloneFrom": id})
	if got := clone["policy"]; got != strings.ReplaceAll(want, id, clone["id"].(string)) {
		t.Errorf("policy of a clone is %s", got)
	}
	for _, bad := range []string{"x", "[]", `{"Version":"2012-10-17"}`, `{"Statement":[{"Effect":"Maybe"}]}`} {
		f.refuses("POST", "/restapis", map[string]any{"name": "p", "policy": bad}, 400, "BadRequestException",
			"Invalid policy document. Please check the policy syntax and ensure that Principals are valid.")
	}
}

// An API takes with it all that belongs to it, and its stages leave the usage plans.
func TestDeleteRestAPI(t *testing.T) {
	f := newFixture(t)
	id, _ := f.make("POST", "/restapis", `{"name":"a"}`)["id"].(string)
	other, _ := f.make("POST", "/restapis", `{"name":"b"}`)["id"].(string)
	put := func(key, value string) {
		t.Helper()
		if err := f.record(key, value); err != nil {
			t.Fatal(err)
		}
	}
	put("usageplan/us-east-1/p1", `{"id":"p1","name":"p","throttle":{"rateLimit":2.0},"apiStages":[{"apiId":"`+id+`","stage":"dev"},{"apiId":"`+other+`","stage":"dev"}]}`)
	put("basepathmapping/us-east-1/d.example.com//(none)", `{"basePath":"(none)","restApiId":"`+id+`"}`)
	f.refuses("DELETE", "/restapis/"+id, nil, 400, "BadRequestException",
		"Deleting RestApi "+id+" failed. Please remove all base path mappings related to the RestApi in your domains: d.example.com")
	put("basepathmapping/us-east-1/d.example.com//(none)", "")
	if a := f.do("DELETE", "/restapis/"+id, nil); a.status != 202 || a.body != "" {
		t.Errorf("%d %s", a.status, a.body)
	}
	left := f.records()
	for key, value := range left {
		if strings.Contains(key, id) || strings.Contains(value, id) {
			t.Errorf("left: %s %s", key, value)
		}
	}
	if got, want := left["usageplan/us-east-1/p1"], `{"id":"p1","name":"p","throttle":{"rateLimit":2.0},"apiStages":[{"apiId":"`+other+`","stage":"dev"}]}`; !sameJSON(got, want) {
		t.Errorf("plan is %s, not %s", got, want)
	}
	if len(left) != 5 { // the other API, its root, two models, the plan
		t.Errorf("%d records are left: %v", len(left), left)
	}
	f.refuses("DELETE", "/restapis/"+id, nil, 404, "NotFoundException", "Invalid API identifier specified 123456789012:"+id)
}

func TestRestAPIPages(t *testing.T) {
	f := newFixture(t)
	want := map[string]bool{}
	for range 5 {
		id, _ := f.make("POST", "/restapis", `{"name":"a"}`)["id"].(string)
		want[id] = true
	}
	position, pages := "", 0
	for {
		a := f.make("GET", "/restapis?limit=2&position="+position, nil)
		pages++
		for _, item := range a["item"].([]any) {
			delete(want, item.(map[string]any)["id"].(string))
		}
		if position, _ = a["position"].(string); position == "" || pages > 5 {
			break
		}
	}
	if len(want) > 0 || pages != 3 {
		t.Errorf("%d pages without %v", pages, want)
	}
}
