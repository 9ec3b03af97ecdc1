package policy

import (
	"encoding/json"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"
)

// load reads cases from testdata.
func load(t testing.TB, name string, into any) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

var kinds = map[string]Kind{"resource": Resource, "authorizer": Authorizer, "identity": Identity}

// texts is a JSON string or a list of strings.
type texts []string

func (l *texts) UnmarshalJSON(b []byte) error {
	if b[0] != '[' {
		*l = make(texts, 1)
		return json.Unmarshal(b, &(*l)[0])
	}
	return json.Unmarshal(b, (*[]string)(l))
}

type requestCase struct {
	Action    string
	Resource  string
	Principal Principal
	Time      time.Time
	SourceIP  string `json:"sourceIp"`
	Context   map[string]texts
	Want      string
}

const methodARN = "arn:aws:execute-api:us-east-1:123456789012:api/prod/GET/pets"

func (c *requestCase) request() *Request {
	r := &Request{Action: Invoke, Resource: methodARN, Principal: c.Principal, Time: c.Time}
	if c.Action != "" {
		r.Action = NewAction(c.Action)
	}
	if c.Resource != "" {
		r.Resource = c.Resource
	}
	if c.SourceIP != "" {
		r.SourceIP = netip.MustParseAddr(c.SourceIP)
	}
	if c.Context != nil {
		v := Values{}
		for key, list := range c.Context {
			v[key] = list
		}
		r.Context = v
	}
	return r
}

func TestDocuments(t *testing.T) {
	var documents []struct {
		Name   string
		Kind   string
		Target *Target
		Policy json.RawMessage
		Cases  []requestCase
	}
	load(t, "documents.json", &documents)
	for _, d := range documents {
		t.Run(d.Name, func(t *testing.T) {
			p, err := Parse(d.Policy, Options{Kind: kinds[d.Kind], Target: d.Target})
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range d.Cases {
				if got := p.Evaluate(c.request()); got.String() != c.Want {
					t.Errorf("case %d: got %v, want %s", i, got, c.Want)
				}
			}
		})
	}
}

func TestConditions(t *testing.T) {
	var cases []struct {
		requestCase
		Version   string
		Condition json.RawMessage
		Want      bool
		WantDeny  *bool
	}
	load(t, "conditions.json", &cases)
	for _, c := range cases {
		if c.Version == "" {
			c.Version = version2012
		}
		deny := c.Want
		if c.WantDeny != nil {
			deny = *c.WantDeny
		}
		for effect, want := range map[string]bool{"Allow": c.Want, "Deny": deny} {
			text := `{"Version":"` + c.Version + `","Statement":{"Effect":"` + effect +
				`","Action":"*","Resource":"*","Condition":` + string(c.Condition) + `}}`
			p, err := Parse([]byte(text), Options{Kind: Authorizer})
			if err != nil {
				t.Errorf("%s: %v", c.Condition, err)
				continue
			}
			got := p.Evaluate(c.request())
			if (got.String() == effect) != want || (got == Neither) == want {
				t.Errorf("%s with %s, context %v: got %v, want the condition to be %v", effect, c.Condition, c.Context, got, want)
			}
		}
	}
}

func TestResources(t *testing.T) {
	var cases []struct {
		Pattern       string
		Match, Differ []string
	}
	load(t, "resources.json", &cases)
	for _, c := range cases {
		p, err := Parse([]byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"`+c.Pattern+`"}}`), Options{Kind: Authorizer})
		if err != nil {
			t.Errorf("%s: %v", c.Pattern, err)
			continue
		}
		check := func(arn string, want Decision) {
			if got := p.Evaluate(&Request{Action: Invoke, Resource: arn}); got != want {
				t.Errorf("%s against %q: got %v, want %v", c.Pattern, arn, got, want)
			}
		}
		for _, arn := range c.Match {
			check(arn, Allow)
		}
		for _, arn := range c.Differ {
			check(arn, Neither)
		}
	}
}

func TestRefused(t *testing.T) {
	var cases []struct{ Kind, Text, Want string }
	load(t, "refused.json", &cases)
	for _, c := range cases {
		p, err := Parse([]byte(c.Text), Options{Kind: kinds[c.Kind]})
		if err == nil || p != nil {
			t.Errorf("%s: taken, want %s", c.Text, c.Want)
			continue
		}
		if got := strings.TrimPrefix(err.Error(), "policy: "); got != c.Want {
			t.Errorf("%s:\n got %s\nwant %s", c.Text, got, c.Want)
		}
	}
}

func TestBounds(t *testing.T) {
	statement := `{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`
	document := func(id string) []byte {
		return []byte(`{"Version": "2012-10-17",` + "\r\n\t" + `"Id": "` + id + `", "Statement": ` + statement + `}`)
	}
	empty := characters(document(""))
	cases := []struct {
		name string
		text []byte
		kind Kind
		max  int
		ok   bool
	}{
		{"resource policy at its limit", document(strings.Repeat("é", 8192-empty)), Resource, 0, true},
		{"resource policy above its limit", document(strings.Repeat("é", 8193-empty)), Resource, 0, false},
		{"white space is not counted", append(document(""), strings.Repeat(" \n", 20_000)...), Resource, 0, true},
		{"white space in strings is counted", document(strings.Repeat(" ", 8193-empty)), Resource, 0, false},
		{"escaped quotes do not end a string", document(strings.Repeat(`\" `, 3000)), Resource, 0, false},
		{"raw size", append(document(""), strings.Repeat(" ", maxTextBytes)...), Resource, 0, false},
		{"own limit", document("xx"), Resource, empty + 1, false},
		{"not UTF-8", document("\xff"), Resource, 0, false},
		{"deep nesting", []byte(strings.Repeat("[", 100_000)), Resource, 0, false},
		{"authorizer resource at its limit", authorizerResource(512), Authorizer, 0, true},
		{"authorizer resource above its limit", authorizerResource(513), Authorizer, 0, false},
		{"no such limit elsewhere", authorizerResource(513), Identity, 0, true},
	}
	for _, c := range cases {
		_, err := Parse(c.text, Options{Kind: c.kind, MaxCharacters: c.max})
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func authorizerResource(length int) []byte {
	arn := "arn:aws:execute-api:us-east-1:123456789012:api/"
	arn += strings.Repeat("é", length-len(arn))
	return []byte(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"` + arn + `"}}`)
}

func TestNilPolicy(t *testing.T) {
	var p *Policy
	if got := p.Evaluate(&Request{Action: Invoke, Resource: methodARN}); got != Neither {
		t.Errorf("got %v", got)
	}
}

func TestID(t *testing.T) {
	p, err := Parse([]byte(`{"Id":"x","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`), Options{Kind: Authorizer})
	if err != nil || p.ID() != "x" {
		t.Errorf("got %v, %v", p, err)
	}
}

// endless is a Context that ignores the index.
type endless struct{}

func (endless) Value(string, int) (string, bool) { return "x", true }

func TestEndlessContext(t *testing.T) {
	for _, operator := range []string{"StringNotEquals", "ForAllValues:StringEquals", "ForAnyValue:StringEquals", "Null"} {
		value := `"y"`
		if operator == "Null" {
			value = `"true"`
		} else if operator == "ForAllValues:StringEquals" {
			value = `"x"`
		}
		p, err := Parse([]byte(`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"`+operator+`":{"a:b":`+value+`}}}}`), Options{Kind: Authorizer})
		if err != nil {
			t.Fatal(err)
		}
		p.Evaluate(&Request{Action: Invoke, Context: endless{}}) // must come back
	}
}
