package control

import (
	"strings"
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
