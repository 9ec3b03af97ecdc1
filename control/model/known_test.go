package model

import (
	"encoding/json"
	"net/url"
	"testing"
)

func TestKnown(t *testing.T) {
	for _, c := range []struct{ operation, body, want string }{
		{"CreateRestApi", `{"name":"a","Name":"b","x":{"name":1}}`, `{"name":"a"}`},
		{"CreateRestApi", `{"name":"a","description":null,"endpointConfiguration":{"types":null,"Types":[1],"ipAddressType":"ipv4"}}`, `{"endpointConfiguration":{"ipAddressType":"ipv4"},"name":"a"}`},
		{"CreateRestApi", `{"tags":{"a":"1"},"tags":{"B":"2","b":"3"}}`, `{"tags":{"B":"2","b":"3"}}`},
		{"UpdateRestApi", `{"patchOperations":[null,{"op":"add","OP":1},{}]}`, `{"patchOperations":[null,{"op":"add"},{}]}`},
		{"PutIntegrationResponse", `{"responseTemplates":{"a/b":null},"statusCode":"500"}`, `{"responseTemplates":{"a/b":null}}`},
		{"CreateUsagePlan", `{"apiStages":[{"throttle":{"/a/GET":{"ratelimit":1,"rateLimit":2},"/b/GET":null},"id":1}],"id":"x"}`, `{"apiStages":[{"throttle":{"/a/GET":{"rateLimit":2},"/b/GET":null}}]}`},
		{"ImportRestApi", `not JSON`, `not JSON`},
	} {
		got, err := Lookup(c.operation).Known([]byte(c.body))
		if err != nil || string(got) != c.want {
			t.Errorf("%s %s:\n got %s, %v\nwant %s", c.operation, c.body, got, err, c.want)
		}
	}
}

// What Check passes can be read, stays as it is when it has been read once, and passes
// again.
func FuzzKnown(f *testing.F) {
	f.Add("CreateRestApi", `{"name":"a","Name":1,"endpointConfiguration":{"types":["EDGE"],"TYPES":2}}`)
	f.Add("UpdateStage", `{"patchOperations":[{"op":"add","path":"/a","Value":3},null]}`)
	f.Add("CreateUsagePlan", `{"name":"p","apiStages":[{"throttle":{"/a/GET":{"rateLimit":2}}}]}`)
	f.Fuzz(func(t *testing.T, name, body string) {
		o := Lookup(name)
		if o == nil || len(body) == 0 {
			return
		}
		check := func(body []byte) *Violation { return o.Check(map[string]string{}, url.Values{}, body) }
		if v := check([]byte(body)); v != nil && v.Type == serializationException {
			return
		}
		once, err := o.Known([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if !o.checksBody {
			return
		}
		if v := check(once); v != nil && v.Type == serializationException || !json.Valid(once) {
			t.Errorf("%s: %v", once, v)
		}
		if twice, err := o.Known(once); err != nil || string(twice) != string(once) {
			t.Errorf("%s became %s, %v", once, twice, err)
		}
	})
}
