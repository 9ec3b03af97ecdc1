package control

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"sluice/runtime"
)

func TestDomainName(t *testing.T) { runScenarios(t, "domainname.json") }

func TestDomainNameTargets(t *testing.T) {
	for region, want := range map[string][2]string{
		"us-east-1":     {`^d-[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$`, "Z1UJRXOUMOOFQ8"},
		"eu-central-1":  {`^d-[a-z0-9]{10}\.execute-api\.eu-central-1\.amazonaws\.com$`, "Z1U9ULNL0V5AJ3"},
		"us-gov-west-1": {`^d-[a-z0-9]{10}\.execute-api\.us-gov-west-1\.amazonaws\.com$`, "Z1K6XKP9SAGWDV"},
		"cn-north-1":    {`^d-[a-z0-9]{10}\.execute-api\.cn-north-1\.amazonaws\.com\.cn$`, ""},
	} {
		f := newFixture(t)
		f.region = region
		a := f.make("POST", "/domainnames", `{"domainName":"*.example.com","regionalCertificateArn":"arn:aws:acm:`+region+`:123456789012:certificate/x","endpointConfiguration":{"types":["REGIONAL"]}}`)
		zone, _ := a["regionalHostedZoneId"].(string)
		if name := f.text(a, "regionalDomainName"); !regexp.MustCompile(want[0]).MatchString(name) || zone != want[1] {
			t.Errorf("%s: %s in zone %s", region, name, zone)
		}
	}
	f := newFixture(t)
	f.region = "eu-west-1" // certificates of edges are in us-east-1 all the same
	a := f.make("POST", "/domainnames", `{"domainName":"a.example.com","certificateArn":"arn:aws:acm:us-east-1:123456789012:certificate/x"}`)
	if name := f.text(a, "distributionDomainName"); !regexp.MustCompile(`^d[a-z0-9]{13}\.cloudfront\.net$`).MatchString(name) {
		t.Error(name)
	}
	f.region = "us-east-1"
	f.refuses("POST", "/domainnames", `{"domainName":"a.example.com","certificateArn":"arn:aws:acm:us-east-1:123456789012:certificate/x"}`,
		400, "BadRequestException", "The domain name you provided already exists.")
}

// A certificate may be sent itself; neither it nor its key is kept.
func TestDomainNameUpload(t *testing.T) {
	f := newFixture(t)
	r := &clientCertificateRecord{}
	now := (&call{Server: f.server}).timestamp()
	r.CreatedDate, r.ExpirationDate = now, now
	if err := r.generate(); err != nil {
		t.Fatal(err)
	}
	a := f.make("POST", "/domainnames", map[string]any{
		"domainName": "a.example.com", "certificateName": "c", "certificateBody": r.PEMEncodedCertificate,
		"certificatePrivateKey": r.PrivateKey, "certificateChain": r.PEMEncodedCertificate,
	})
	if a["certificateName"] != "c" || a["certificateArn"] != nil || a["certificateUploadDate"] == nil {
		t.Errorf("%v", a)
	}
	for key, value := range f.records() {
		if strings.Contains(value, "PRIVATE") {
			t.Errorf("%s keeps the key", key)
		}
	}
}

func TestDomainNameLimits(t *testing.T) {
	f := newFixture(t)
	fill := func(n int, id string) {
		t.Helper()
		for i := range n {
			if err := f.record(fmt.Sprintf("domainname/us-east-1/d%d.example.com/%s", i, id), `{}`); err != nil {
				t.Fatal(err)
			}
		}
	}
	const full = "Maximum number of Domain Names for this account has been reached.  Please contact AWS if you need additional Domain Names."
	const certificate = `"certificateArn":"arn:aws:acm:us-east-1:123456789012:certificate/x"`
	fill(maxPrivateDomains, "x")
	f.refuses("POST", "/domainnames", `{"domainName":"a.example.com",`+certificate+`,"endpointConfiguration":{"types":["PRIVATE"]}}`, 429, "LimitExceededException", full)
	fill(maxPublicDomains-1, "")
	f.make("POST", "/domainnames", `{"domainName":"a.example.com",`+certificate+`}`)
	f.refuses("POST", "/domainnames", `{"domainName":"b.example.com",`+certificate+`}`, 429, "LimitExceededException", full)
}

func TestIsHostName(t *testing.T) {
	label := strings.Repeat("a", 63)
	for name, want := range map[string]bool{
		"a.example.com": true, "*.example.com": true, "localhost": true, label + ".com": true, "1.2": true, "xn--a.b": true,
		"": false, "*": false, "*.": false, "a..b": false, ".a": false, "a.": false, "A.b": false, "a_b.c": false, "-a.b": false,
		"a-.b": false, label + "a.com": false, "a.*": false, "a b": false, "a/b": false, "ä.de": false,
		strings.Repeat(label+".", 3) + label: false,
	} {
		if isHostName(name) != want {
			t.Errorf("%q: not %t", name, want)
		}
	}
}

// heldDomains is a data plane that only remembers the domains it was told.
type heldDomains struct {
	Traffic
	last []runtime.Domain
}

func (h *heldDomains) SetDomains(list []runtime.Domain) { h.last = list }

// What is mapped is served at once, and no longer when only rules are to route.
func TestDomainNameServed(t *testing.T) {
	f := newFixture(t)
	held := &heldDomains{Traffic: f.gateway}
	if _, err := StartPublisher(t.Context(), PublisherOptions{Store: f.server.options.Store, Traffic: held, Limits: f.limiter}); err != nil {
		t.Fatal(err)
	}
	id := f.text(f.make("POST", "/restapis", `{"name":"a"}`), "id")
	f.make("POST", "/domainnames", `{"domainName":"a.example.com","certificateArn":"arn:aws:acm:us-east-1:123456789012:certificate/x"}`)
	f.make("POST", "/domainnames/a.example.com/basepathmappings", `{"restApiId":"`+id+`"}`)
	mapped := []runtime.Domain{{Name: "a.example.com", Mappings: []runtime.Mapping{{BasePath: "(none)", APIID: id}}}}
	mode := func(value string) {
		t.Helper()
		f.make("PATCH", "/domainnames/a.example.com", `{"patchOperations":[{"op":"replace","path":"/routingMode","value":"`+value+`"}]}`)
	}
	want := func(domains []runtime.Domain) {
		t.Helper()
		if !reflect.DeepEqual(held.last, domains) {
			t.Errorf("served: %+v, not %+v", held.last, domains)
		}
	}
	want(mapped)
	mode("ROUTING_RULE_ONLY")
	want([]runtime.Domain{{Name: "a.example.com"}})
	mode("ROUTING_RULE_THEN_BASE_PATH_MAPPING")
	want(mapped)
	f.make("DELETE", "/domainnames/a.example.com", nil)
	want([]runtime.Domain{})
}
