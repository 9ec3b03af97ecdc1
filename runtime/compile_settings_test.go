package runtime

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"sluice/api"
)

// TestSettings checks which members of a definition are honoured and which are
// refused or warned of: testdata/settings.json has them with the problem they make.
func TestSettings(t *testing.T) {
	text, err := os.ReadFile("testdata/settings.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name        string
		API         json.RawMessage
		Stage       json.RawMessage
		Integration json.RawMessage
		Problem     string // "" for none
		Warning     bool
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	g, err := New(Options{VPCLinks: map[string]string{"link": "127.0.0.1:1", "arn:target": "127.0.0.1:2"}, Functions: &fakeFunctions{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			b := newAPI()
			in := mockIntegration("x")
			for text, into := range map[*json.RawMessage]any{&c.API: &b.snapshot.RestApi, &c.Stage: b.stage, &c.Integration: in} {
				if len(*text) == 0 {
					continue
				}
				if err := json.Unmarshal(*text, into); err != nil {
					t.Fatal(err)
				}
			}
			b.method("GET", "/x", in)
			s, problems := g.Compile(Deployment{Snapshot: b.snapshot, Stage: b.stage})
			if (s == nil) != (c.Problem != "" && !c.Warning) {
				t.Fatalf("stage %v, problems %v", s, problems)
			}
			var got []string
			for _, p := range problems {
				if p.Warning != c.Warning {
					t.Errorf("warning %v: %v", p.Warning, p)
				}
				got = append(got, strings.TrimSpace(p.Subject+": "+p.Message))
			}
			if strings.Join(got, "\n") != c.Problem {
				t.Errorf("got  %q\nwant %q", strings.Join(got, "\n"), c.Problem)
			}
		})
	}
}

// TestIntegrationTarget checks that one link leads to each of its load balancers.
func TestIntegrationTarget(t *testing.T) {
	one, two := startBackend(t, reply200("", "one")), startBackend(t, reply200("", "two"))
	r := startGateway(t, Options{VPCLinks: map[string]string{"link": one.addr, "arn:aws:elasticloadbalancing:x": two.addr}})
	b := newAPI()
	for path, target := range map[string]string{"/link": "", "/target": "arn:aws:elasticloadbalancing:x", "/other": "arn:other"} {
		in := httpIntegration(api.IntegrationHTTPProxy, "GET", "http://inside.example.com/")
		in.ConnectionType, in.ConnectionID, in.IntegrationTarget = api.ConnectionVPCLink, "link", target
		b.method("GET", path, in)
	}
	r.publish(b)
	for path, want := range map[string]string{"/link": "one", "/target": "two", "/other": "one"} {
		r.expect("/dev"+path, "", 200, want)
	}
}
