package authorizers

import (
	"encoding/json"
	"flag"
	"os"
	"strconv"
	"testing"

	"sluice/mapping"
	"sluice/mapping/vtl/value"
)

var update = flag.Bool("update", false, "write the golden files anew")

func fullRequest() *Request {
	r := testRequest()
	r.Header = []mapping.Pair{
		{Name: "Host", Value: "abcdef1234.execute-api.us-east-1.amazonaws.com"},
		{Name: "X-Many", Value: "1"},
		{Name: "x-many", Value: "lower"},
		{Name: "X-Many", Value: "2"},
		{Name: "X-Odd", Value: "a\"b\\c\u20ac\x7f"},
		{Name: "X-Bytes", Value: "a\xffb"},
	}
	r.Query = []mapping.Pair{{Name: "q", Value: "1"}, {Name: "q", Value: "\n"}, {Name: "r", Value: ""}}
	r.StageVariables = value.NewMap(1)
	r.StageVariables.Put("v", value.Of("x"))
	r.Variables = variables{
		mapping.ResourceID: "6l3c9p", mapping.ResourcePath: "/pets/{id}", mapping.HTTPMethod: "GET",
		mapping.ExtendedRequestID: "JKJaXmPLvHcESHA=", mapping.RequestTime: "22/Sep/2026:10:15:00 +0000",
		mapping.Path: "/prod/pets/1", mapping.AccountID: "123456789012", mapping.Protocol: "HTTP/1.1",
		mapping.Stage: "prod", mapping.DomainPrefix: "abcdef1234", mapping.RequestTimeEpoch: "1790072100000",
		mapping.RequestID: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", mapping.IdentitySourceIP: "192.0.2.1",
		mapping.IdentityUserAgent: "a\"gent", mapping.DomainName: "abcdef1234.execute-api.us-east-1.amazonaws.com",
		mapping.DeploymentID: "nfcn0x", mapping.APIID: "abcdef1234",
	}
	return r
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if !json.Valid(got) {
		t.Errorf("%s: not JSON: %s", file, got)
	}
	if *update {
		if err := os.WriteFile("testdata/"+file, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got)+"\n" {
		t.Errorf("%s:\n got %s\nwant %s", file, got, want)
	}
}

func TestEvents(t *testing.T) {
	golden(t, "token_event.json", appendTokenEvent(nil, testRequest(), "Bearer a\"b"))
	golden(t, "request_event.json", appendRequestEvent(nil, fullRequest()))
	empty := testRequest()
	empty.Header, empty.PathParams, empty.Variables = nil, nil, nil
	golden(t, "empty_request_event.json", appendRequestEvent(nil, empty))
	r := fullRequest()
	v := r.Variables.(variables)
	v[mapping.IsCanaryRequest] = "true"
	v[mapping.IdentityAPIKey], v[mapping.IdentityAPIKeyID] = "key", "id"
	v[mapping.IdentityClientCertPEM], v[mapping.IdentityClientCertSubjectDN] = "-----BEGIN\n", "CN=x"
	v[mapping.IdentityVPCEID] = "vpce-1"
	a, err := parseAnswer(allowAll)
	if err != nil {
		t.Fatal(err)
	}
	a.context = []mapping.Pair{{Name: "k", Value: "v"}}
	golden(t, "request_context.json", AppendRequestContext(nil, r.Variables, &Identity{answer: a}))
}

// Very many parameters give the same event as few.
func TestManyParameters(t *testing.T) {
	var pairs []mapping.Pair
	for i := range 100 {
		pairs = append(pairs, mapping.Pair{Name: strconv.Itoa(i % 30), Value: strconv.Itoa(i)})
	}
	var single map[string]string
	var multi map[string][]string
	if err := json.Unmarshal(appendSingle(nil, pairs, false), &single); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(appendMulti(nil, pairs, true), &multi); err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		name := strconv.Itoa(i)
		var want []string
		for j := i; j < 100; j += 30 {
			want = append(want, strconv.Itoa(j))
		}
		if got := multi[name]; len(got) != len(want) || got[0] != want[0] || got[len(got)-1] != want[len(want)-1] {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if single[name] != want[len(want)-1] {
			t.Errorf("%s: %q", name, single[name])
		}
	}
	if len(single) != 30 || len(multi) != 30 {
		t.Errorf("%d and %d names", len(single), len(multi))
	}
	few := appendMulti(nil, pairs[:manyPairs], true)
	d := distinct{pairs: pairs[:manyPairs]}
	if d.isFirst(31) || !d.isFirst(29) || d.last(0) != 30 || len(few) == 0 {
		t.Error("few")
	}
}
