package runtime

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"sluice/api"
	"sluice/lambda"
	"sluice/runtime/executionlog"
)

// namedLogs keeps lines by the name of what they went to.
type namedLogs struct {
	mu   sync.Mutex
	logs map[string]*lineLog
}

func (n *namedLogs) open(name string) *lineLog {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.logs == nil {
		n.logs = map[string]*lineLog{}
	}
	if n.logs[name] == nil {
		n.logs[name] = &lineLog{}
	}
	return n.logs[name]
}

// take is the lines of a log so far.
func (n *namedLogs) take(name string) []string {
	l := n.open(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.lines
	l.lines = nil
	return lines
}

// TestLogDestinations checks which log a stage's and a canary's lines go to.
func TestLogDestinations(t *testing.T) {
	access, execution := &namedLogs{}, &namedLogs{}
	const group, stream = "arn:aws:logs:us-east-1:000000000000:log-group:access", "arn:aws:firehose:us-east-1:000000000000:deliverystream/amazon-apigateway-x"
	r := startGateway(t, Options{
		AccessLogs: func(arn string) AccessLogger {
			if strings.Contains(arn, "unknown") {
				return nil
			}
			return access.open(arn)
		},
		ExecutionLogs: func(region, apiID, stage string) executionlog.Sink {
			if region != "us-east-1" {
				t.Errorf("region %q", region)
			}
			if stage == "default" {
				return nil
			}
			return execution.open(apiID + "/" + stage)
		},
	})
	deploy := func(stage, arn string, canary float64, level string) {
		b := simpleAPI("one", "x")
		b.stage.StageName = stage
		b.stage.AccessLogSettings = &api.AccessLogSettings{Format: "$context.requestId $context.stage", DestinationArn: arn}
		b.stage.MethodSettings = map[string]*api.MethodSetting{"*/*": {LoggingLevel: level, ThrottlingBurstLimit: -1, ThrottlingRateLimit: -1}}
		if canary >= 0 {
			b.stage.CanarySettings = &api.CanarySettings{PercentTraffic: api.Double(canary)}
		}
		r.publish(b)
	}
	deploy("log", group, -1, "INFO")
	deploy("star", group+":*", 100, "INFO")
	deploy("canary", group, 100, "INFO")
	deploy("stream", stream, 100, "OFF")
	deploy("default", "arn:aws:logs:us-east-1:000000000000:log-group:unknown", -1, "INFO")
	deploy("none", "", -1, "OFF")
	for _, c := range []struct{ stage, access, execution string }{
		{"log", group, "one/log"},
		{"star", group + "/Canary:*", "one/star/Canary"},
		{"canary", group + "/Canary", "one/canary/Canary"},
		{"stream", stream, ""},
		{"default", "", ""},
		{"none", "", ""},
	} {
		r.access.lines, r.execLog.lines = nil, nil
		r.expect("/"+c.stage+"/x", "", 200, "x")
		lines := r.access.lines
		if c.access != "" {
			if len(lines) != 0 {
				t.Errorf("%s: the default access log got %q", c.stage, lines)
			}
			lines = access.take(c.access)
		}
		if len(lines) != 1 || !strings.HasSuffix(lines[0], " "+c.stage) {
			t.Errorf("%s: access log %q", c.stage, lines)
		}
		lines = r.execLog.lines
		if c.execution != "" {
			if len(lines) != 0 {
				t.Errorf("%s: the default execution log got %q", c.stage, lines)
			}
			lines = execution.take(c.execution)
		}
		if logs := c.stage != "stream" && c.stage != "none"; logs != (len(lines) > 0) {
			t.Errorf("%s: execution log %q", c.stage, lines)
		}
	}
	if execution.logs["one/none"] != nil || execution.logs["one/stream/Canary"] != nil {
		t.Error("execution logs were opened for stages that have none")
	}
}

// TestAuthorizerLines checks what a stage's log tells of an authorizer, and that it
// does not tell the token.
func TestAuthorizerLines(t *testing.T) {
	fns := &fakeFunctions{answers: map[string]func(*lambda.Invocation) (*lambda.Result, error){
		"authorizer": answerWith(`{"principalId":"user|a1b2c3d4","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"*"}]}}`),
	}}
	r := startGateway(t, Options{Functions: fns})
	b := newAPI()
	b.stage.MethodSettings = map[string]*api.MethodSetting{"*/*": {LoggingLevel: "INFO", DataTraceEnabled: true, ThrottlingBurstLimit: -1, ThrottlingRateLimit: -1}}
	b.snapshot.Authorizers = []*api.Authorizer{{ID: "auth01", Name: "a", Type: api.AuthorizerToken, AuthorizerURI: functionIntegration(api.IntegrationAWSProxy, "authorizer").URI, IdentitySource: "method.request.header.X-Token"}}
	m := b.method("GET", "/x", mockIntegration("in"))
	m.AuthorizationType, m.AuthorizerID = "CUSTOM", "auth01"
	r.publish(b)
	a := r.get("/dev/x", `X-Token: my "secret" token`)
	if a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	id := "(" + a.get("x-amzn-RequestId") + ") "
	var lines []string
	for _, l := range r.execLog.lines {
		lines = append(lines, settled(strings.TrimPrefix(l, id)))
	}
	want := []string{
		"Starting authorizer: auth01 for request: {id}",
		"Incoming identity: *********** token",
		"Endpoint request URI: https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:authorizer/invocations",
		`Endpoint request body after transformations: {"type":"TOKEN","authorizationToken":"*********** token","methodArn":"arn:aws:execute-api:us-east-1:000000000000:a1b2c3d4e5/dev/GET/x"}`,
		"Sending request to https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:authorizer/invocations",
		`Authorizer result body before parsing: {"principalId":"user|a1b2c3d4","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"*"}]}}`,
		"Using valid authorizer policy for principal: *******b2c3d4",
		"Successfully completed authorizer execution",
		"Starting execution for request: {id}",
	}
	at := 0
	for _, w := range want {
		i := slices.Index(lines[at:], w)
		if i < 0 {
			t.Fatalf("no line %q behind line %d of\n%s", w, at, strings.Join(lines, "\n"))
		}
		at += i + 1
	}
}

// TestRefusedDestination refuses a stage whose log would go nowhere.
func TestRefusedDestination(t *testing.T) {
	g := startGateway(t, Options{})
	for arn, want := range map[string]string{
		"": "",
		"arn:aws:logs:us-east-1:000000000000:log-group:access:*":                        "",
		"arn:aws:firehose:us-east-1:000000000000:deliverystream/amazon-apigateway-pets": "",
		"arn:aws:firehose:us-east-1:000000000000:deliverystream/pets":                   "must begin with amazon-apigateway-",
		"arn:aws:s3:::pets": `invalid region ""`,
	} {
		b := simpleAPI("one", "x")
		b.stage.AccessLogSettings = &api.AccessLogSettings{DestinationArn: arn}
		s, problems := g.gateway.Compile(Deployment{Stage: b.stage, Snapshot: b.snapshot})
		if want == "" && s == nil || want != "" && (s != nil || !strings.Contains(problems.Error(), "stage dev: accessLogSettings: destinationArn ") || !strings.Contains(problems.Error(), want)) {
			t.Errorf("%q: %v", arn, problems)
		}
	}
}
