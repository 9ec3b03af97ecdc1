package control

import (
	"strings"
	"sync"
	"testing"

	"sluice/mapping"
)

func TestMethod(t *testing.T) { runScenarios(t, "methods.json") }

func TestResponses(t *testing.T) { runScenarios(t, "responses.json") }

func TestIntegration(t *testing.T) { runScenarios(t, "integrations.json") }

func TestTemplateSize(t *testing.T) {
	f := newFixture(t)
	a := f.make("POST", "/restapis", `{"name":"a"}`)
	method := "/restapis/" + a["id"].(string) + "/resources/" + a["rootResourceId"].(string) + "/methods/GET"
	f.make("PUT", method, `{"authorizationType":"NONE"}`)
	large := map[string]string{"application/json": strings.Repeat("x", mapping.MaxTemplate)}
	tooLarge := map[string]string{"application/json": large["application/json"] + "x"}
	text := "Mapping templates can be at most 307200 bytes"
	f.make("PUT", method+"/integration", map[string]any{"type": "MOCK", "requestTemplates": large})
	f.refuses("PUT", method+"/integration", map[string]any{"type": "MOCK", "requestTemplates": tooLarge}, 400, "BadRequestException", text)
	f.make("PUT", method+"/integration/responses/200", map[string]any{"responseTemplates": large})
	f.refuses("PUT", method+"/integration/responses/200", map[string]any{"responseTemplates": tooLarge}, 400, "BadRequestException", text)
}

// Writers that meet in one resource lose nothing: each method is there, with what was
// put below it.
func TestMethodsOfOneResourceAtOnce(t *testing.T) {
	f := newFixture(t)
	a := f.make("POST", "/restapis", `{"name":"a"}`)
	resource := "/restapis/" + a["id"].(string) + "/resources/" + a["rootResourceId"].(string)
	var writers sync.WaitGroup
	for _, verb := range methodVerbs() {
		writers.Go(func() {
			method := resource + "/methods/" + verb
			for _, c := range []struct{ path, body string }{
				{"", `{"authorizationType":"NONE"}`},
				{"/integration", `{"type":"MOCK"}`},
				{"/responses/200", `{}`},
				{"/integration/responses/200", `{}`},
			} {
				if a := f.do("PUT", method+c.path, c.body); a.status != 201 {
					t.Errorf("%s%s: %d %s", verb, c.path, a.status, a.body)
				}
			}
		})
	}
	writers.Wait()
	for _, verb := range methodVerbs() {
		a := f.do("GET", resource+"/methods/"+verb+"/integration/responses/200", nil)
		if a.status != 200 || a.body != `{"statusCode":"200"}` {
			t.Errorf("%s: %d %s", verb, a.status, a.body)
		}
	}
}
