package control

import (
	"strings"
	"testing"

	"sluice/api"
)

// FuzzIntegrationURI: any URI is taken or refused, and none that is taken is without
// what the data plane goes by.
func FuzzIntegrationURI(f *testing.F) {
	for _, uri := range []string{
		"http://x/{a}", "https://${stageVariables.host}/${stageVariables.p}", "http://{", "http://}{", "HTTP://[::1]:80/",
		"arn:aws:apigateway:us-east-1:lambda:path//2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:f/invocations",
		"arn:aws:apigateway:us-east-1:sqs:action/SendMessage", "arn:::::path/", "arn:aws:apigateway:r:lambda:path/2015-03-31/functions//invocations",
	} {
		f.Add(uri)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		if checkEndpointURI(uri) == nil && !strings.Contains(uri, "://") {
			t.Errorf("%q is taken for the address of a backend", uri)
		}
		for _, kind := range []string{api.IntegrationAWS, api.IntegrationAWSProxy} {
			if checkServiceURI(&api.Integration{Type: kind, URI: uri}) == nil && !strings.HasSuffix(uri, "invocations") {
				t.Errorf("%q needs a role", uri)
			}
		}
		_ = checkAuthorizerURI(&api.Authorizer{Type: api.AuthorizerToken, AuthorizerURI: uri})
	})
}
