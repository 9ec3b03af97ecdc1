package awsservice

import (
	"strings"
	"testing"
)

func TestEndpoints(t *testing.T) {
	const east = "arn:aws:apigateway:us-east-1:"
	for _, tc := range []struct {
		uri       string
		endpoints map[string]string
		env       map[string]string
		base      string // BaseURL and path of the built request
		signed    string // region/service
	}{
		// The real service.
		{uri: east + "sqs:path/q", base: "https://sqs.us-east-1.amazonaws.com/q", signed: "us-east-1/sqs"},
		{uri: east + "states:action/StartExecution", base: "https://states.us-east-1.amazonaws.com/", signed: "us-east-1/states"},
		{uri: east + "monitoring:action/ListMetrics&Version=1", base: "https://monitoring.us-east-1.amazonaws.com/", signed: "us-east-1/monitoring"},
		{uri: "arn:aws:apigateway:eu-west-1:iam:path/", base: "https://iam.amazonaws.com/", signed: "us-east-1/iam"},
		{uri: "arn:aws:apigateway:eu-west-1:route53:path/2013-04-01/hostedzone", base: "https://route53.amazonaws.com/2013-04-01/hostedzone", signed: "us-east-1/route53"},
		{uri: "arn:aws:apigateway:eu-west-1:cloudfront:path/", base: "https://cloudfront.amazonaws.com/", signed: "us-east-1/cloudfront"},
		{uri: "arn:aws:apigateway:eu-west-1:sts:path/", base: "https://sts.eu-west-1.amazonaws.com/", signed: "eu-west-1/sts"},
		{uri: "arn:aws-cn:apigateway:cn-north-1:sqs:path/q", base: "https://sqs.cn-north-1.amazonaws.com.cn/q", signed: "cn-north-1/sqs"},
		{uri: "arn:aws-cn:apigateway:cn-northwest-1:iam:path/", base: "https://iam.cn-north-1.amazonaws.com.cn/", signed: "cn-north-1/iam"},
		{uri: "arn:aws-us-gov:apigateway:us-gov-west-1:s3:path/b", base: "https://s3.us-gov-west-1.amazonaws.com/b", signed: "us-gov-west-1/s3"},
		{uri: "arn:aws-iso:apigateway:us-iso-east-1:sqs:path/q", base: "https://sqs.us-iso-east-1.c2s.ic.gov/q", signed: "us-iso-east-1/sqs"},
		{uri: east + "my.bucket.s3:path/k", base: "https://my.bucket.s3.us-east-1.amazonaws.com/k", signed: "us-east-1/s3"},
		{uri: east + "runtime.sagemaker:path/endpoints/e/invocations", base: "https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/e/invocations", signed: "us-east-1/sagemaker"},
		{uri: east + "a1b2c3.iotdata:path//topics/t", base: "https://a1b2c3.iot.us-east-1.amazonaws.com/topics/t", signed: "us-east-1/iotdata"},
		{uri: east + "abc.appsync-api:path/graphql", base: "https://abc.appsync-api.us-east-1.amazonaws.com/graphql", signed: "us-east-1/appsync"},
		{uri: east + "abc.execute-api:path/dev/pets", base: "https://abc.execute-api.us-east-1.amazonaws.com/dev/pets", signed: "us-east-1/execute-api"},
		{uri: east + "email:path/v2/email/identities", base: "https://email.us-east-1.amazonaws.com/v2/email/identities", signed: "us-east-1/ses"},
		{uri: east + "x.newservice:path/a", base: "https://x.newservice.us-east-1.amazonaws.com/a", signed: "us-east-1/newservice"},

		// What is configured, in the order in which it wins.
		{
			uri: east + "states:path/", endpoints: map[string]string{"states": "http://one:1", "*": "http://two"},
			env: map[string]string{"AWS_ENDPOINT_URL_SFN": "http://three", "AWS_ENDPOINT_URL": "http://four"}, base: "http://one:1/", signed: "us-east-1/states",
		},
		{uri: east + "states:path/", endpoints: map[string]string{"sfn": "http://one:1"}, base: "http://one:1/", signed: "us-east-1/states"},
		{
			uri: east + "states:path/", endpoints: map[string]string{"sqs": "http://one:1", "*": "http://two"},
			env: map[string]string{"AWS_ENDPOINT_URL_SFN": "http://three", "AWS_ENDPOINT_URL": "http://four"}, base: "http://three/", signed: "us-east-1/states",
		},
		{uri: east + "states:path/", env: map[string]string{"AWS_ENDPOINT_URL_STATES": "http://three", "AWS_ENDPOINT_URL": "http://four"}, base: "http://three/", signed: "us-east-1/states"},
		{
			uri: east + "states:path/", endpoints: map[string]string{"*": "http://two"},
			env: map[string]string{"AWS_ENDPOINT_URL": "http://four"}, base: "http://two/", signed: "us-east-1/states",
		},
		{uri: east + "states:path/", env: map[string]string{"AWS_ENDPOINT_URL": "http://four"}, base: "http://four/", signed: "us-east-1/states"},
		{
			uri: east + "states:path/", env: map[string]string{"AWS_ENDPOINT_URL": "http://four", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
			base: "https://states.us-east-1.amazonaws.com/", signed: "us-east-1/states",
		},
		{uri: east + "cognito-idp:path/", env: map[string]string{"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": "http://c"}, base: "http://c/", signed: "us-east-1/cognito-idp"},
		{uri: east + "logs:path/", env: map[string]string{"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "http://c"}, base: "http://c/", signed: "us-east-1/logs"},
		{uri: east + "newservice:path/", env: map[string]string{"AWS_ENDPOINT_URL_NEWSERVICE": "http://c"}, base: "http://c/", signed: "us-east-1/newservice"},
		{uri: "arn:aws:apigateway:eu-west-1:iam:path/", env: map[string]string{"AWS_ENDPOINT_URL": "http://four"}, base: "http://four/", signed: "us-east-1/iam"},
		{uri: "arn:aws-next:apigateway:r-1:sqs:path/q", env: map[string]string{"AWS_ENDPOINT_URL": "http://four"}, base: "http://four/q", signed: "r-1/sqs"},

		// Paths of endpoints, and subdomains at them.
		{uri: east + "sqs:path/q", endpoints: map[string]string{"sqs": "https://h:8443/some base/"}, base: "https://h:8443/some%20base/q", signed: "us-east-1/sqs"},
		{uri: east + "sqs:action/ListQueues", endpoints: map[string]string{"sqs": "http://[::1]:9"}, base: "http://[::1]:9/?Action=ListQueues&Version=2012-11-05", signed: "us-east-1/sqs"},
		{uri: east + "bucket.s3:path/k", env: map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}, base: "http://127.0.0.1:5000/bucket/k", signed: "us-east-1/s3"},
		{uri: east + "abc.execute-api:path/dev", env: map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}, base: "http://abc.execute-api.us-east-1.amazonaws.com/dev", signed: "us-east-1/execute-api"},
	} {
		s := services(t, Options{Endpoints: tc.endpoints, Env: func(name string) string { return tc.env[name] }})
		c, err := s.Compile(tc.uri, "GET", "")
		if err != nil {
			t.Error(err)
			continue
		}
		req, p := newRequest()
		if err := c.Build(req, p); err != nil {
			t.Error(err)
			continue
		}
		got := c.BaseURL() + string(req.Target)
		if i := strings.Index(got, "?"); i > 0 && !strings.Contains(tc.base, "?") {
			got = got[:i]
		}
		if got != tc.base {
			t.Errorf("%s: %s, want %s", tc.uri, got, tc.base)
		}
		authorization, _ := headerOf(req.Header, "Authorization")
		if !strings.Contains(authorization, "/20260309/"+tc.signed+"/aws4_request, ") {
			t.Errorf("%s: %s, want %s", tc.uri, authorization, tc.signed)
		}
	}
}

func TestEndpointErrors(t *testing.T) {
	for _, raw := range []string{"", "localhost:4566", "ftp://h", "http://", "http://u:p@h", "http://h?a", "http://h/?", "http://h#f", "http://h\x00", ":"} {
		if _, err := New(Options{Backends: services(t, Options{}).backends, Endpoints: map[string]string{"sqs": raw}}); err == nil || !strings.Contains(err.Error(), "sqs") {
			t.Errorf("%q: %v", raw, err)
		}
		if raw == "" {
			continue
		}
		s := services(t, Options{Env: func(name string) string {
			if name == "AWS_ENDPOINT_URL" {
				return raw
			}
			return ""
		}})
		if _, err := s.Compile("arn:aws:apigateway:us-east-1:sqs:path/q", "GET", ""); err == nil || !strings.Contains(err.Error(), "AWS_ENDPOINT_URL=") {
			t.Errorf("%q: %v", raw, err)
		}
	}
	s := services(t, Options{})
	if _, err := s.Compile("arn:aws-next:apigateway:r-1:sqs:path/q", "GET", ""); err == nil || !strings.Contains(err.Error(), "partition aws-next is not known") {
		t.Error(err)
	}
	if _, err := New(Options{}); err == nil {
		t.Error("no client")
	}
}

func TestWarnings(t *testing.T) {
	s := services(t, Options{})
	for uri, want := range map[string]struct{ warns, needs bool }{
		"sqs:path/q":                       {},
		"dynamodb:action/PutItem":          {},
		"events:action/PutEvents":          {needs: true},
		"kinesisanalytics:action/X":        {needs: true},
		"newservice:action/X":              {warns: true},
		"runtime.sagemaker:path/endpoints": {},
	} {
		c := compile(t, s, "arn:aws:apigateway:us-east-1:"+uri, "POST", "")
		if (c.Warning() != "") != want.warns || c.NeedsTarget() != want.needs {
			t.Errorf("%s: %q %v", uri, c.Warning(), c.NeedsTarget())
		}
	}
}
