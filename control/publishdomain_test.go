package control

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"sluice/runtime"
)

// Of the domains of one name the public one answers, then a private one that some VPC
// endpoint may use, then the first.
func TestPublishedDomains(t *testing.T) {
	text, err := os.ReadFile("testdata/publishdomain.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name    string
		Records map[string]json.RawMessage
		Want    []runtime.Domain
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			f := newFixture(t)
			held := &heldDomains{Traffic: f.gateway}
			if _, err := StartPublisher(t.Context(), PublisherOptions{Store: f.server.options.Store, Traffic: held, Limits: f.limiter}); err != nil {
				t.Fatal(err)
			}
			for key, value := range c.Records {
				if err := f.record(key, string(value)); err != nil {
					t.Fatal(err)
				}
			}
			if !reflect.DeepEqual(held.last, c.Want) {
				t.Errorf("%+v, not %+v", held.last, c.Want)
			}
		})
	}
}
