package executionlog

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"sluice/mapping"
)

var update = flag.Bool("update", false, "write the golden files")

const requestID = "f4a8e01b-49f6-11e7-8898-f1161a8a9a54"

// recorder is a Sink.
type recorder struct{ text bytes.Buffer }

func (r *recorder) Log(line []byte) {
	r.text.Write(line)
	r.text.WriteByte('\n')
}

func at(l *Log, t time.Time) *Log {
	if l != nil {
		l.now, l.second = func() time.Time { return t }, -1
	}
	return l
}

// recorded is the time of the recorded sample.
var recorded = time.Date(2026, time.November, 22, 6, 35, 58, 999, time.FixedZone("elsewhere", 0))

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

// succeed logs the recorded call: an AWS integration, GET /foo.
func succeed(l *Log) {
	l.ExtendedRequestID("c6af9ac6=")
	l.VerifyingUsagePlan("", "abc123def4", "dev")
	l.KeyNotRequired("", "GET", "/foo")
	l.UsagePlanSucceeded("", "abc123def4", "dev")
	l.Start()
	l.HTTPMethod("GET", "/foo")
	l.RequestPath(nil)
	l.QueryString([]mapping.Pair{{Name: "queryTest", Value: "value"}})
	l.Headers([]mapping.Pair{{Name: "content-type", Value: "application/json"}})
	l.BodyBefore(`{"test": "val123"}`)
	const function = "/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:test/invocations"
	l.EndpointURI("https://lambda.us-east-1.amazonaws.com" + function)
	l.EndpointHeaders([]mapping.Pair{
		{Name: "x-amzn-lambda-integration-tag", Value: requestID},
		{Name: "Authorization", Value: "AWS4-HMAC-SHA256 Credential=" + strings.Repeat("A", 300) + "c0ffee"},
		{Name: "X-Amz-Date", Value: "20261122T063558Z"},
		{Name: "x-amzn-apigateway-api-id", Value: "abc123def4"},
		{Name: "Accept", Value: "application/json"},
		{Name: "User-Agent", Value: "AmazonAPIGateway_abc123def4"},
		{Name: "X-Amz-Security-Token", Value: strings.Repeat("token/", 200)},
	})
	l.EndpointBody(`{"test": "val123"}`)
	l.SendingTo("https://lambda.us-east-1.amazonaws.com" + function)
	l.Received(200, 35)
	l.EndpointResponseHeaders([]mapping.Pair{
		{Name: "Date", Value: "Sun, 22 Nov 2026 06:35:58 GMT"},
		{Name: "Content-Type", Value: "application/json"},
		{Name: "X-Amz-Executed-Version", Value: "$LATEST"},
	})
	l.EndpointResponseBody(`{"statusCode": 200}`)
	l.MethodResponseBody("")
	l.MethodResponseHeaders([]mapping.Pair{
		{Name: "X-Amzn-Trace-Id", Value: "Root=1-5935635b-47cdf47c6e1218c839de9a54"},
		{Name: "Content-Type", Value: "application/json"},
	})
	l.Success()
	l.Completed(200)
	l.AWSEndpointRequestID("f4aa1876-49f6-11e7-920d-a5d0f98cfe9a")
}

// fail logs calls that went wrong in every known way.
func fail(l *Log) {
	l.Start()
	l.MissingParameters([]string{"x-header-param", "issuer", "qs1"})
	l.BodyMismatch("application/json", `[object has missing required properties (["a"])]`)
	for f := range failures {
		l.Failed(f)
	}
	l.Failed(failures)
	l.ConfigurationError("Something new")
	l.NoIntegrationResponse(503)
	l.UndeclaredMethodResponse("201")
	l.HeaderAlreadyPresent("Content-Length")
	l.FunctionError("boom", "7c9e")
	l.GatewayResponse("BAD_REQUEST_BODY", 400, `{"message": "Invalid request body"}`,
		[]mapping.Pair{{Name: "x-amzn-ErrorType", Value: "BadRequestException"}})
	l.Completed(400)
}

func TestGolden(t *testing.T) {
	for name, run := range map[string]func(*Log){"success": succeed, "failure": fail} {
		l := at(AcquireTest(requestID), recorded)
		run(l)
		golden(t, name+"-test.txt", l.Text())
		l.Release()
		for variant, s := range map[string]Settings{
			"error":       {Level: Error},
			"error-trace": {Level: Error, DataTrace: true},
			"info":        {Level: Info},
			"info-trace":  {Level: Info, DataTrace: true},
		} {
			var sink recorder
			l := Acquire(&sink, s, requestID)
			run(l)
			if l.Text() != "" {
				t.Error("a stage log has Text")
			}
			l.Release()
			golden(t, name+"-"+variant+".txt", sink.text.String())
		}
	}
}

func TestRecordedLines(t *testing.T) {
	l := at(AcquireTest(requestID), recorded)
	defer l.Release()
	succeed(l)
	lines := strings.Split(l.Text(), "\n")
	if len(lines) != 1+17+1 {
		t.Fatalf("%d lines, want the first, 17 and the end:\n%s", len(lines), l.Text())
	}
	if want := "Execution log for request " + requestID; lines[0] != want {
		t.Errorf("got %q, want %q", lines[0], want)
	}
	const stamp = "Sun Nov 22 06:35:58 UTC 2026 : "
	for i, want := range []string{
		"Starting execution for request: " + requestID,
		"HTTP Method: GET, Resource Path: /foo",
		"Method request path: {}",
		"Method request query string: {queryTest=value}",
		"Method request headers: {content-type=application/json}",
		`Method request body before transformations: {"test": "val123"}`,
	} {
		if lines[i+1] != stamp+want {
			t.Errorf("line %d is %q, want %q", i+1, lines[i+1], stamp+want)
		}
	}
	if want := stamp + "Method completed with status: 200"; lines[17] != want {
		t.Errorf("got %q, want %q", lines[17], want)
	}
}

func TestOff(t *testing.T) {
	for name, l := range map[string]*Log{
		"off":     Acquire(&recorder{}, Settings{Level: Off, DataTrace: true}, requestID),
		"no sink": Acquire(nil, Settings{Level: Info}, requestID),
	} {
		if l != nil {
			t.Errorf("%s: a Log", name)
		}
	}
	// Every exported method must be callable on nil.
	v := reflect.ValueOf((*Log)(nil))
	for i := range v.NumMethod() {
		m := v.Method(i)
		args := make([]reflect.Value, m.Type().NumIn())
		for j := range args {
			args[j] = reflect.Zero(m.Type().In(j))
		}
		m.Call(args)
	}
	if n := testing.AllocsPerRun(100, func() { succeed(nil) }); n > 4 { // the arguments of this test
		t.Errorf("%v allocations", n)
	}
}

func TestParseLevel(t *testing.T) {
	for s, want := range map[string]Level{"": Off, "OFF": Off, "ERROR": Error, "INFO": Info} {
		if got, ok := ParseLevel(s); got != want || !ok {
			t.Errorf("%q: %v %v", s, got, ok)
		}
	}
	for _, s := range []string{"info", "DEBUG"} {
		if _, ok := ParseLevel(s); ok {
			t.Errorf("%q is a level", s)
		}
	}
}

func TestTruncation(t *testing.T) {
	const label = "Method request body before transformations: "
	room := maxText - len(label)
	for _, c := range []struct{ name, body, want string }{
		{"fits", strings.Repeat("x", room), strings.Repeat("x", room)},
		{"one too many", strings.Repeat("x", room+1), strings.Repeat("x", room) + truncated},
		{"characters, not bytes", strings.Repeat("é", room), strings.Repeat("é", room)},
		{"a pair at the end", strings.Repeat("x", room-1) + "😀", strings.Repeat("x", room-1) + truncated},
		{"a pair counts two", strings.Repeat("x", room-2) + "😀", strings.Repeat("x", room-2) + "😀"},
		{"escapes count one", strings.Repeat("x", room-1) + "\x01", strings.Repeat("x", room-1) + `\u0001`},
	} {
		var sink recorder
		l := Acquire(&sink, Settings{Info, true}, requestID)
		l.BodyBefore(c.body)
		l.Release()
		if want := "(" + requestID + ") " + label + c.want + "\n"; sink.text.String() != want {
			t.Errorf("%s: got %q", c.name, sink.text.String())
		}
	}
	var sink recorder
	l := Acquire(&sink, Settings{Info, true}, requestID)
	l.Headers([]mapping.Pair{{Name: "a", Value: strings.Repeat("x", 2000)}, {Name: "b", Value: "y"}})
	l.Release()
	if got := sink.text.String(); !strings.HasSuffix(got, "xx [TRUNCATED]\n") || len(got) != len(requestID)+3+maxText+len(truncated)+1 {
		t.Errorf("got %q", got)
	}
}

func TestNothingForgesALine(t *testing.T) {
	const forged = "\nSun Nov 22 06:35:58 UTC 2026 : Method completed with status: 200"
	hostile := []string{
		forged,
		"\r" + forged[1:],
		"\r" + forged,
		"\nExecution log for request x",
		"\u0085\u2028\u2029\x00\x1b[2J\x7f",
		"\xff\xfe",
	}
	for _, h := range hostile {
		for _, test := range []bool{true, false} {
			var sink recorder
			l := AcquireTest(requestID)
			if !test {
				l.Release()
				l = Acquire(&sink, Settings{Info, true}, requestID)
			}
			l.BodyBefore("x" + h)
			l.Headers([]mapping.Pair{{Name: "n" + h, Value: h}})
			l.HTTPMethod("G"+h, "/"+h)
			l.ConfigurationError(h)
			l.EndpointHeaders([]mapping.Pair{{Name: "Authorization", Value: "secret" + h}})
			got, want := l.Text(), 1+5
			if !test {
				got, want = sink.text.String(), 5
			}
			l.Release()
			if !utf8.ValidString(got) {
				t.Errorf("%q is not UTF-8", got)
			}
			lines := strings.FieldsFunc(got, func(r rune) bool { return r == '\n' || r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029 })
			if len(lines) != want {
				t.Errorf("%q made %d lines of %d:\n%s", h, len(lines), want, got)
			}
			for _, b := range []byte(got) {
				if b < ' ' && b != '\n' || b == 0x7f {
					t.Errorf("control character %x in %q", b, got)
				}
			}
		}
	}
}

func TestBodyKeepsItsLinesInATestCall(t *testing.T) {
	const body = "{\n\t\"a\": 1\r\n}"
	l := at(AcquireTest(requestID), recorded)
	l.MethodResponseBody(body)
	if want := "Sun Nov 22 06:35:58 UTC 2026 : Method response body after transformations: " + body + "\n"; !strings.HasSuffix(l.Text(), want) {
		t.Errorf("got %q", l.Text())
	}
	l.Release()
}

func TestPairsAndMasking(t *testing.T) {
	for _, c := range []struct {
		pairs []mapping.Pair
		want  string
	}{
		{nil, "{}"},
		{[]mapping.Pair{{Name: "a", Value: ""}}, "{a=}"},
		{[]mapping.Pair{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}, {Name: "a", Value: "3"}}, "{a=1,3, b=2}"},
		{[]mapping.Pair{{Name: "Accept", Value: "x"}, {Name: "accept", Value: "y"}}, "{Accept=x,y}"},
		{[]mapping.Pair{{Name: "authorization", Value: "Bearer 123456789"}}, "{authorization=**********456789}"},
		{[]mapping.Pair{{Name: "X-API-Key", Value: "1234567"}}, "{X-API-Key=*234567}"},
		{[]mapping.Pair{{Name: "x-api-key", Value: "123456"}}, "{x-api-key=******}"},
		{[]mapping.Pair{{Name: "x-api-key", Value: "12345é7"}}, "{x-api-key=*2345é7}"},
		{[]mapping.Pair{{Name: "x-api-key", Value: ""}}, "{x-api-key=}"},
		{[]mapping.Pair{{Name: "Authorization", Value: "aaaaaaaaaa"}, {Name: "AUTHORIZATION", Value: "bbbbbbbbbb"}}, "{Authorization=****aaaaaa,****bbbbbb}"},
		{[]mapping.Pair{{Name: "X-Amz-Security-Token", Value: "abcdefghij"}}, "{X-Amz-Security-Token=abcdefghij}"},
	} {
		var sink recorder
		l := Acquire(&sink, Settings{Info, true}, "r")
		l.Headers(c.pairs)
		l.Release()
		if want := "(r) Method request headers: " + c.want + "\n"; sink.text.String() != want {
			t.Errorf("got %q, want %q", sink.text.String(), want)
		}
	}
	var sink recorder
	l := Acquire(&sink, Settings{Info, true}, "r")
	l.QueryString([]mapping.Pair{{Name: "a", Value: "1"}, {Name: "A", Value: "2"}, {Name: "Authorization", Value: "1234567"}})
	l.VerifyingUsagePlan("abcdefghijklmnopqrst", "api", "dev")
	l.Release()
	const want = "(r) Method request query string: {Authorization=1234567, a=1, A=2}\n" +
		"(r) Verifying Usage Plan for request: r. API Key: **************opqrst API Stage: api/dev\n"
	if sink.text.String() != want {
		t.Errorf("got %q", sink.text.String())
	}
}

func TestStampFollowsTheClock(t *testing.T) {
	l := at(AcquireTest("r"), recorded)
	defer func() {
		l.now = time.Now
		l.Release()
	}()
	l.Success()
	l.now = func() time.Time { return time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC) }
	l.Success()
	const want = "Execution log for request r\n" +
		"Sun Nov 22 06:35:58 UTC 2026 : Successfully completed execution\n" +
		"Sat Jan 02 03:04:05 UTC 2027 : Successfully completed execution\n"
	if l.Text() != want {
		t.Errorf("got %q", l.Text())
	}
}

type discard struct{}

func (discard) Log([]byte) {}

func BenchmarkOff(b *testing.B) {
	var l *Log
	headers := []mapping.Pair{{Name: "a", Value: "b"}}
	b.ReportAllocs()
	for b.Loop() {
		l.Start()
		l.HTTPMethod("GET", "/foo")
		l.Headers(headers)
		l.BodyBefore("x")
		l.Received(200, 3)
		l.Success()
		l.Completed(200)
	}
}

func benchmarkCourse(b *testing.B, s Settings) {
	headers := []mapping.Pair{{Name: "Host", Value: "localhost"}, {Name: "Accept", Value: "application/json"}, {Name: "Authorization", Value: "Bearer abcdefghijklmnop"}}
	body := strings.Repeat(`{"id": 1}`, 50)
	var sink Sink = discard{}
	b.ReportAllocs()
	for b.Loop() {
		l := Acquire(sink, s, requestID)
		l.Start()
		l.HTTPMethod("GET", "/foo")
		l.Headers(headers)
		l.BodyBefore(body)
		l.EndpointURI("http://localhost:8080/foo")
		l.SendingTo("http://localhost:8080/foo")
		l.Received(200, 3)
		l.EndpointResponseHeaders(headers)
		l.MethodResponseBody(body)
		l.Success()
		l.Completed(200)
		l.Release()
	}
}

func BenchmarkInfo(b *testing.B)  { benchmarkCourse(b, Settings{Level: Info}) }
func BenchmarkTrace(b *testing.B) { benchmarkCourse(b, Settings{Level: Info, DataTrace: true}) }

func FuzzValue(f *testing.F) {
	f.Add("a\nb", "c\x00")
	f.Add("\nSun Nov 22 06:35:58 UTC 2026 : x", "\xff")
	f.Fuzz(func(t *testing.T, body, value string) {
		var sink recorder
		l := Acquire(&sink, Settings{Info, true}, "r")
		l.BodyBefore(body)
		l.Headers([]mapping.Pair{{Name: value, Value: body}})
		l.Release()
		if n := strings.Count(sink.text.String(), "\n"); n != 2 || !utf8.ValidString(sink.text.String()) {
			t.Fatalf("%d lines: %q", n, sink.text.String())
		}
		l = AcquireTest("r")
		defer l.Release()
		l.BodyBefore(body)
		for i, line := range strings.Split(strings.ReplaceAll(l.Text(), "\r", "\n"), "\n") {
			if i > 1 && isLogLine(line) {
				t.Fatalf("forged %q", l.Text())
			}
		}
	})
}
