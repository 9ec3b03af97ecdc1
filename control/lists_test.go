package control

import (
	"encoding/json"
	"fmt"
	"net/url"
	"sync"
	"testing"
)

// Every list with pages is the same in pages of one as it is at once, and its last
// page has no position.
func TestListsInPages(t *testing.T) {
	f := newFixture(t)
	a := f.make("POST", "/restapis", `{"name":"a"}`)
	id, root := a["id"].(string), a["rootResourceId"].(string)
	base := "/restapis/" + id
	method := base + "/resources/" + root + "/methods/GET"
	f.make("PUT", method, `{"authorizationType":"NONE"}`)
	f.make("PUT", method+"/integration", `{"type":"MOCK"}`)
	plan := "/usageplans/" + f.make("POST", "/usageplans", `{"name":"p"}`)["id"].(string)
	const invocation = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:f/invocations"
	const certificate = "arn:aws:acm:us-east-1:123456789012:certificate/c"
	for i := range 3 {
		f.make("POST", "/restapis", `{"name":"z"}`)
		f.make("POST", base+"/resources/"+root, map[string]any{"pathPart": fmt.Sprint("p", i)})
		f.make("POST", base+"/models", map[string]any{"name": fmt.Sprint("M", i), "contentType": jsonContent, "schema": `{"type":"object"}`})
		f.make("POST", base+"/requestvalidators", map[string]any{"name": fmt.Sprint("v", i)})
		f.make("POST", base+"/authorizers", map[string]any{
			"name": fmt.Sprint("a", i), "type": "TOKEN", "authorizerUri": invocation, "identitySource": "method.request.header.A",
		})
		f.make("POST", base+"/documentation/parts", map[string]any{"location": map[string]any{"type": "RESOURCE", "path": fmt.Sprint("/p", i)}, "properties": "{}"})
		f.make("POST", base+"/documentation/versions", map[string]any{"documentationVersion": fmt.Sprint(i)})
		f.make("POST", base+"/deployments", `{}`)
		f.make("POST", "/clientcertificates", `{}`)
		f.make("POST", "/usageplans", `{"name":"p"}`)
		key := f.make("POST", "/apikeys", `{}`)["id"]
		f.make("POST", plan+"/keys", map[string]any{"keyId": key, "keyType": "API_KEY"})
		f.make("POST", "/vpclinks", `{"name":"v","targetArns":["arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/n/0"]}`)
		f.make("POST", "/domainnames", map[string]any{
			"domainName": fmt.Sprintf("d%d.example.com", i), "regionalCertificateArn": certificate, "endpointConfiguration": map[string]any{"types": []string{"REGIONAL"}},
		})
		f.make("POST", "/domainnames/d0.example.com/basepathmappings", map[string]any{"restApiId": id, "basePath": fmt.Sprint("b", i)})
	}
	private := f.make("POST", "/domainnames", map[string]any{
		"domainName": "private.example.com", "certificateArn": certificate, "endpointConfiguration": map[string]any{"types": []string{"PRIVATE"}},
	})
	for i := range 3 {
		f.make("POST", "/domainnameaccessassociations", map[string]any{
			"domainNameArn": private["domainNameArn"], "accessAssociationSourceType": "VPCE", "accessAssociationSource": fmt.Sprint("vpce-", i),
		})
	}
	for _, path := range []string{
		"/restapis", "/apikeys", "/usageplans", "/vpclinks", "/clientcertificates", "/domainnames", "/domainnameaccessassociations", "/sdktypes",
		base + "/resources", base + "/models", base + "/requestvalidators", base + "/authorizers", base + "/documentation/parts",
		base + "/documentation/versions", base + "/deployments", base + "/gatewayresponses", plan + "/keys", "/domainnames/d0.example.com/basepathmappings",
	} {
		list := func(query string) (items []json.RawMessage, position string) {
			a := f.do("GET", path+query, nil)
			var got struct {
				Item     []json.RawMessage
				Position string
			}
			if err := json.Unmarshal([]byte(a.body), &got); a.status != 200 || err != nil {
				t.Fatalf("%s%s: %d %s", path, query, a.status, a.body)
			}
			return got.Item, got.Position
		}
		all, position := list("?limit=500")
		if len(all) < 3 || position != "" {
			t.Fatalf("%s: %d items, position %q", path, len(all), position)
		}
		for i, want := range all {
			items, next := list("?limit=1&position=" + url.QueryEscape(position))
			if len(items) != 1 || string(items[0]) != string(want) || (next == "") != (i == len(all)-1) {
				t.Fatalf("%s: item %d is %s, position %q; want %s", path, i, items, next, want)
			}
			position = next
		}
		f.refuses("GET", path+"?position=%21", nil, 400, "BadRequestException", "Invalid position parameter.")
	}
}

// Of updates of one resource that meet none is lost.
func TestUpdatesAtOnce(t *testing.T) {
	f := newFixture(t)
	apiURL, method := f.madeMethod()
	f.make("POST", apiURL+"/deployments", `{"stageName":"dev"}`)
	const writers = 8
	for _, c := range []struct{ url, path, member string }{
		{apiURL, "/binaryMediaTypes/a~1%d", "binaryMediaTypes"},
		{apiURL + "/stages/dev", "/variables/v%d", "variables"},
		{method, "/requestParameters/method.request.header.h%d", "requestParameters"},
	} {
		before := members(f.make("GET", c.url, nil)[c.member])
		var all sync.WaitGroup
		for i := range writers {
			all.Go(func() {
				o := map[string]string{"op": "add", "path": fmt.Sprintf(c.path, i), "value": "true"}
				if a := f.do("PATCH", c.url, map[string]any{"patchOperations": []any{o}}); a.status != 200 {
					t.Errorf("%s: %d %s", c.url, a.status, a.body)
				}
			})
		}
		all.Wait()
		if n := members(f.make("GET", c.url, nil)[c.member]) - before; n != writers {
			t.Errorf("%s: %d of %d are there", c.url, n, writers)
		}
	}
}

// members is how many a list or a map has.
func members(v any) int {
	switch v := v.(type) {
	case []any:
		return len(v)
	case map[string]any:
		return len(v)
	}
	return 0
}
