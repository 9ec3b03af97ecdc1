package api

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestBundle(t *testing.T) {
	size := 100
	in := &Bundle{
		Stage: Stage{StageName: "dev", Variables: map[string]string{"a": "b"}, CreatedDate: &Timestamp{time.Unix(1533849811, 0).UTC()}},
		Snapshot: &Snapshot{
			RestApi: RestApi{ID: "x", MinimumCompressionSize: &size},
			Resources: []*Resource{{ID: "r", Path: "/", ResourceMethods: map[string]*Method{
				"GET": {HTTPMethod: "GET", MethodIntegration: &Integration{Type: IntegrationMock, CacheKeyParameters: []string{}}},
			}}},
		},
	}
	text, err := in.Encode()
	if err != nil {
		t.Fatal(err)
	}
	out, err := DecodeBundle(text)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(in, out) {
		t.Errorf("read back %+v, want %+v", out, in)
	}
	for name, bad := range map[string]string{
		"other format":   strings.Replace(string(text), BundleFormat, "sluice.snapshot/9", 1),
		"unknown member": strings.Replace(string(text), `"stageName"`, `"stagename2"`, 1),
		"no snapshot":    `{"format":"` + BundleFormat + `","stage":{}}`,
		"trailing text":  string(text) + "{}",
		"no JSON":        "x",
	} {
		if _, err := DecodeBundle([]byte(bad)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
