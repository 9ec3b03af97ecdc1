package runtime

import (
	"testing"

	"sluice/api"
)

// A setting's key has the resource path in each of the forms that clients write, and
// is found for that method alone.
func TestMethodSettingKeys(t *testing.T) {
	for _, c := range []struct{ key, path, verb string }{
		{"~1pets~1{id}/GET", "/pets/{id}", "GET"},
		{"pets~1{id}/GET", "/pets/{id}", "GET"},
		{"pets/{id}/GET", "/pets/{id}", "GET"},
		{"pets/GET", "/pets", "GET"},
		{"~1/ANY", "/", "ANY"},
	} {
		c1 := &compiler{stage: &api.Stage{MethodSettings: map[string]*api.MethodSetting{c.key: {LoggingLevel: "INFO"}, "*/*": {}}}}
		if s := c1.methodSetting(c.path, c.verb); s == nil || s.LoggingLevel != "INFO" {
			t.Errorf("%s is not found for %s %s", c.key, c.verb, c.path)
		}
		if s := c1.methodSetting(c.path+"/x", c.verb); s == nil || s.LoggingLevel != "" {
			t.Errorf("%s is found for another method", c.key)
		}
	}
}
