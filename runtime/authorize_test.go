package runtime

import (
	"testing"

	"sluice/api"
)

// TestResourcePolicy checks that a policy is enforced for methods without an
// authorization of their own, and that no spelling of a path leads around it.
func TestResourcePolicy(t *testing.T) {
	b := newAPI()
	for _, path := range []string{"/open", "/admin", "/pets/{id}", "/any/{proxy+}"} {
		b.method("GET", path, mockIntegration(`ok`))
	}
	b.snapshot.RestApi.Policy = `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":["execute-api:/dev/GET/open","execute-api:/dev/GET/admin","execute-api:/dev/GET/pets/*","execute-api:/dev/GET/any/*"]},
		{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":["execute-api:/dev/GET/admin","execute-api:/dev/GET/pets/7","execute-api:/dev/GET/any/secret/*"]}]}`
	b.snapshot.GatewayResponses = []*api.GatewayResponse{{ResponseType: api.AccessDenied, ResponseParameters: map[string]string{"gatewayresponse.header.X-Denied": "'yes'"}}}
	r := b.start(t)
	const arn = `User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********0000:a1b2c3d4e5/dev/GET/`
	for _, c := range []struct {
		target string
		want   string // "" is let in
	}{
		{"/dev/open", ""},
		{"/dev/pets/8", ""},
		{"/dev/any/public/x", ""},
		{"/dev/admin", "admin"},
		{"/dev//admin", "admin"},
		{"/dev/admin/", "admin"},
		{"/dev/%61dmin", "admin"},
		{"/dev/pets/7", "pets/7"},
		{"/dev/pets/%37", "pets/7"},
		{"/dev/any/secret/x", "any/secret/x"},
		{"/dev/any/%73ecret/x", "any/secret/x"},
	} {
		a := r.get(c.target)
		if c.want == "" {
			if a.status != 200 {
				t.Errorf("%s: %d %s", c.target, a.status, a.body)
			}
			continue
		}
		if want := `{"Message":"` + arn + c.want + ` with an explicit deny"}`; a.status != 403 || a.body != want || a.get("x-amzn-ErrorType") != "AccessDeniedException" || a.get("X-Denied") != "yes" {
			t.Errorf("%s: %d %s %v, want %s", c.target, a.status, a.body, a.header, want)
		}
	}
	implicit := newAPI()
	implicit.method("GET", "/x", mockIntegration(`ok`))
	implicit.snapshot.RestApi.Policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}]}`
	if a := implicit.start(t).get("/dev/x"); a.status != 403 || a.body != `{"Message":"`+arn+`x"}` {
		t.Errorf("implicit deny: %d %s", a.status, a.body)
	}
}
