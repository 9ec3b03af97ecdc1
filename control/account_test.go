package control

import "testing"

func TestAccount(t *testing.T) {
	f := newFixture(t)
	want := `{"throttleSettings":{"burstLimit":5000,"rateLimit":10000.0},"features":["UsagePlans"],"apiKeyVersion":"4"}`
	if a := f.do("GET", "/account", nil); a.status != 200 || a.body != want {
		t.Errorf("%d %s", a.status, a.body)
	}
	role := "arn:aws:iam::123456789012:role/logs"
	a := f.make("PATCH", "/account", `{"patchOperations":[{"op":"replace","path":"/cloudwatchRoleArn","value":"`+role+`"}]}`)
	if a["cloudwatchRoleArn"] != role {
		t.Errorf("%v", a)
	}
	f.refuses("PATCH", "/account", `{"patchOperations":[{"op":"remove","path":"/features","value":"UsagePlans"}]}`,
		400, "BadRequestException", "Usage Plans cannot be disabled once enabled")
	f.refuses("PATCH", "/account", `{"patchOperations":[{"op":"replace","path":"/cloudwatchRoleArn","value":"x"}]}`,
		400, "BadRequestException", "The role ARN does not have required permissions configured. Please grant trust permission for API Gateway and add the required role policy.")
	f.region = "eu-west-1"
	if a := f.do("GET", "/account", nil); a.body != want {
		t.Errorf("in another region: %s", a.body)
	}
}
