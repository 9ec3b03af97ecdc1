package control

import (
	"context"
	"testing"
	"time"

	"sluice/throttle"
)

// usedFixture is a plan with a quota of 10 a day and two keys, of which the second
// one made three requests.
func usedFixture(t *testing.T) (f *fixture, plan string, keys []string) {
	t.Helper()
	f = newFixture(t)
	f.server.options.Now = time.Now // the limiter's days are the real ones
	if _, err := StartPublisher(t.Context(), PublisherOptions{Store: f.server.options.Store, Traffic: f.gateway, Limits: f.limiter}); err != nil {
		t.Fatal(err)
	}
	id := f.text(f.make("POST", "/restapis", `{"name":"a"}`), "id")
	if err := f.record("stage/us-east-1/"+id+"/dev", `{"stageName":"dev"}`); err != nil {
		t.Fatal(err)
	}
	plan = f.text(f.make("POST", "/usageplans", map[string]any{
		"name": "n", "quota": map[string]any{"limit": 10, "period": "MONTH"}, "apiStages": []any{map[string]any{"apiId": id, "stage": "dev"}},
	}), "id")
	method := f.limiter.Stage(id, "dev").Method("/", "GET")
	for range 2 {
		key := f.make("POST", "/apikeys", `{"enabled":true}`)
		keys = append(keys, f.text(key, "id"))
		f.make("POST", "/usageplans/"+plan+"/keys", map[string]any{"keyId": keys[len(keys)-1], "keyType": "API_KEY"})
		if len(keys) == 2 {
			for range 3 {
				if v := f.limiter.Check(method, f.text(key, "value"), time.Now()); v.Outcome != throttle.Allowed {
					t.Fatalf("%+v", v)
				}
			}
		}
	}
	return f, plan, keys
}

func TestUsage(t *testing.T) {
	f, plan, keys := usedFixture(t)
	day := time.Now().UTC().Format(time.DateOnly)
	path := "/usageplans/" + plan + "/usage?startDate=" + day + "&endDate=" + day
	want := `{"usagePlanId":"` + plan + `","startDate":"` + day + `","endDate":"` + day + `","values":{"` + keys[0] + `":[[0,10]],"` + keys[1] + `":[[3,7]]}}`
	if a := f.do("GET", path, nil); !sameJSON(a.body, want) {
		t.Errorf("%s\nwant %s", a.body, want)
	}
	want = `{"usagePlanId":"` + plan + `","startDate":"` + day + `","endDate":"` + day + `","values":{"` + keys[1] + `":[[3,7]]}}`
	if a := f.do("GET", path+"&keyId="+keys[1], nil); a.body != want {
		t.Errorf("%s\nwant %s", a.body, want)
	}
	seen := 0
	position := ""
	for range 3 {
		a := f.make("GET", path+"&limit=1&position="+position, nil)
		seen += len(a["values"].(map[string]any))
		if position, _ = a["position"].(string); position == "" {
			break
		}
	}
	if seen != 2 || position != "" {
		t.Errorf("%d keys on the pages, %q is left", seen, position)
	}

	update := "/usageplans/" + plan + "/keys/" + keys[1] + "/usage"
	operation := func(op, path, value string) map[string]any {
		return map[string]any{"patchOperations": []any{map[string]any{"op": op, "path": path, "value": value}}}
	}
	want = `{"usagePlanId":"` + plan + `","startDate":"` + day + `","endDate":"` + day + `","values":{"` + keys[1] + `":[[3,100]]}}`
	for _, call := range []struct{ method, path string }{{"PATCH", update}, {"GET", path + "&keyId=" + keys[1]}} {
		if a := f.do(call.method, call.path, operation("replace", "/remaining", "100")); a.body != want {
			t.Errorf("%s %s\nwant %s", call.method, a.body, want)
		}
	}
	if a := f.do("PATCH", update, `{}`); a.body != want {
		t.Errorf("without operations: %s\nwant %s", a.body, want)
	}
	f.refuses("PATCH", update, operation("replace", "/remaining", "-1"), 400, "BadRequestException", "Invalid value '-1' specified for path '/remaining'")
	f.refuses("PATCH", update, operation("replace", "/remaining", "x"), 400, "BadRequestException", "Invalid value 'x' specified for path '/remaining'")
	f.refuses("PATCH", update, operation("replace", "/x", "1"), 400, "BadRequestException", "Invalid patch path  '/x' specified for op 'replace'. Must be one of: [/remaining]")
	f.refuses("PATCH", update, operation("add", "/remaining", "1"), 400, "BadRequestException", "Invalid patch path  '/remaining' specified for op 'add'. Must be one of: []") // seen by a user of the service
	f.make("PATCH", "/usageplans/"+plan, operation("remove", "/quota", ""))
	f.refuses("PATCH", update, operation("replace", "/remaining", "1"), 400, "BadRequestException", "Usage Plan "+plan+" has no quota")
}

func TestUsageRefused(t *testing.T) {
	f := newFixture(t)
	plan := f.text(f.make("POST", "/usageplans", `{"name":"n"}`), "id")
	key := f.text(f.make("POST", "/apikeys", `{}`), "id")
	usage := "/usageplans/" + plan + "/usage"
	for query, message := range map[string]string{
		"?startDate=2026-11-22&endDate=22.11.2026": "Invalid endDate specified: dates are written yyyy-MM-dd",
		"?startDate=2026-11-31&endDate=2026-11-30": "Invalid startDate specified: dates are written yyyy-MM-dd",
		"?startDate=2026-11-22&endDate=2026-11-21": "Invalid date range specified: endDate must not be before startDate",
		"?startDate=2026-01-01&endDate=2026-11-21": "Invalid date range specified: a report covers at most 90 days",
	} {
		f.refuses("GET", usage+query, nil, 400, "BadRequestException", message)
	}
	const dates = "?startDate=2026-11-22&endDate=2026-11-22"
	f.refuses("GET", "/usageplans/nothing/usage"+dates, nil, 404, "NotFoundException", "Invalid Usage Plan ID specified")
	f.refuses("GET", usage+dates+"&keyId="+key, nil, 404, "NotFoundException", "Invalid API Key identifier specified")
	const body = `{"patchOperations":[{"op":"replace","path":"/remaining","value":"1"}]}`
	f.refuses("PATCH", "/usageplans/nothing/keys/"+key+"/usage", body, 404, "NotFoundException", "Invalid Usage Plan ID specified")
	f.refuses("PATCH", "/usageplans/"+plan+"/keys/"+key+"/usage", body, 404, "NotFoundException", "Invalid API Key identifier specified")
}

// unavailableMeter is one whose counters cannot be reached.
type unavailableMeter struct{}

func (unavailableMeter) Usage(context.Context, throttle.UsageQuery) ([]throttle.KeyUsage, string, error) {
	return nil, "", throttle.ErrUnavailable
}

func (unavailableMeter) UpdateUsage(context.Context, string, string, int64) (throttle.DayUsage, error) {
	return throttle.DayUsage{}, throttle.ErrUnavailable
}

// Without a meter nothing was used, and what one does not tell now may be told later.
func TestUsageWithoutMeter(t *testing.T) {
	f := newFixture(t)
	f.server.options.Meter = nil
	plan := f.text(f.make("POST", "/usageplans", `{"name":"n","quota":{"limit":5,"period":"DAY"}}`), "id")
	var keys []string
	for range 2 {
		keys = append(keys, f.text(f.make("POST", "/apikeys", `{}`), "id"))
		f.make("POST", "/usageplans/"+plan+"/keys", map[string]any{"keyId": keys[len(keys)-1], "keyType": "API_KEY"})
	}
	path := "/usageplans/" + plan + "/usage?startDate=2026-11-21&endDate=2026-11-22"
	want := `{"usagePlanId":"` + plan + `","startDate":"2026-11-21","endDate":"2026-11-22","values":{"` + keys[0] + `":[[0,5],[0,5]],"` + keys[1] + `":[[0,5],[0,5]]}}`
	if a := f.do("GET", path, nil); !sameJSON(a.body, want) {
		t.Errorf("%s\nwant %s", a.body, want)
	}
	first := f.make("GET", path+"&limit=1", nil)
	second := f.make("GET", path+"&limit=1&position="+f.text(first, "position"), nil)
	if len(first["values"].(map[string]any)) != 1 || len(second["values"].(map[string]any)) != 1 || second["position"] != nil {
		t.Errorf("%v, %v", first, second)
	}
	update := "/usageplans/" + plan + "/keys/" + keys[0] + "/usage"
	const body = `{"patchOperations":[{"op":"replace","path":"/remaining","value":"1"}]}`
	f.refuses("PATCH", update, body, 503, "ServiceUnavailableException", "The usage is not counted here.")
	f.server.options.Meter = unavailableMeter{}
	f.refuses("GET", path, nil, 503, "ServiceUnavailableException", "The usage is not known at the moment.")
	f.refuses("PATCH", update, body, 503, "ServiceUnavailableException", "The usage is not known at the moment.")
}
