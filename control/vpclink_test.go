package control

import (
	"fmt"
	"net/url"
	"testing"
	"time"
)

func TestVPCLink(t *testing.T) { runScenarios(t, "vpclink.json") }

// A deleted link is shown as such for a while, then it is gone, and so is its record
// when the next one is made.
func TestVPCLinkDeletion(t *testing.T) {
	f := newFixture(t)
	const target = `"targetArns":["arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/a/b"]`
	id := f.text(f.make("POST", "/vpclinks", `{"name":"n",`+target+`}`), "id")
	f.make("DELETE", "/vpclinks/"+id, nil)
	at := testTime()
	f.server.options.Now = func() time.Time { return at }
	at = testTime().Add(linkDeletion - time.Millisecond)
	if a := f.make("GET", "/vpclinks", nil)["item"].([]any); len(a) != 1 || a[0].(map[string]any)["status"] != "DELETING" {
		t.Errorf("%v", a)
	}
	at = testTime().Add(linkDeletion)
	f.refuses("GET", "/vpclinks/"+id, nil, 404, "NotFoundException", "Invalid Vpc Link identifier specified")
	f.refuses("DELETE", "/vpclinks/"+id, nil, 404, "NotFoundException", "Invalid Vpc Link identifier specified")
	tags := "/tags/" + url.PathEscape("arn:aws:apigateway:us-east-1::/vpclinks/"+id)
	f.refuses("GET", tags, nil, 404, "NotFoundException", "Invalid Vpc Link identifier specified")
	f.refuses("PUT", tags, `{"tags":{"a":"b"}}`, 404, "NotFoundException", "Invalid Vpc Link identifier specified")
	if a := f.do("GET", "/vpclinks", nil); a.body != `{"item":[]}` {
		t.Error(a.body)
	}
	other := f.text(f.make("POST", "/vpclinks", `{"name":"n",`+target+`}`), "id")
	left := f.records()
	if len(left) != 1 || left["vpclink/us-east-1/"+other] == "" {
		t.Errorf("%v", left)
	}
	for i := range maxVPCLinks - 1 {
		if err := f.record(fmt.Sprintf("vpclink/us-east-1/l%d", i), `{"id":"l"}`); err != nil {
			t.Fatal(err)
		}
	}
	f.refuses("POST", "/vpclinks", `{"name":"n",`+target+`}`, 429, "LimitExceededException",
		"Maximum number of Vpc Links for this account has been reached.  Please contact AWS if you need additional Vpc Links.")
}
