package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// logService stands in for CloudWatch Logs and Firehose. Everything is there already,
// and every signature is verified.
type logService struct {
	*httptest.Server
	mu    sync.Mutex
	lines map[string][]string // by the name of a group or stream
	wrong []string
}

func startLogService(t *testing.T) *logService {
	t.Helper()
	s := &logService{lines: map[string][]string{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *logService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	wrong := verifySignature(r, "AKIDLOGS", "logs/secret")
	var in struct {
		LogGroupName, LogStreamName, DeliveryStreamName string
		LogEvents                                       []struct{ Message string }
		Records                                         []struct{ Data []byte }
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		wrong += err.Error()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch target := r.Header.Get("X-Amz-Target"); target {
	case "Logs_20140328.PutLogEvents":
		if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(in.LogStreamName) {
			wrong += "stream " + in.LogStreamName
		}
		for _, e := range in.LogEvents {
			s.lines[in.LogGroupName] = append(s.lines[in.LogGroupName], e.Message)
		}
	case "Firehose_20150804.PutRecordBatch":
		for _, r := range in.Records {
			s.lines[in.DeliveryStreamName] = append(s.lines[in.DeliveryStreamName], string(r.Data))
		}
	default:
		wrong += "unknown " + target
	}
	if wrong != "" {
		s.wrong = append(s.wrong, wrong)
	}
	fmt.Fprint(w, `{"FailedPutCount":0}`)
}

func (s *logService) of(name string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lines[name])
}

// updateStage patches the stage that deployMock makes.
func updateStage(t *testing.T, url, id string, values ...string) {
	t.Helper()
	type operation struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value string `json:"value"`
	}
	var in struct {
		PatchOperations []operation `json:"patchOperations"`
	}
	for i := 0; i+1 < len(values); i += 2 {
		in.PatchOperations = append(in.PatchOperations, operation{"replace", values[i], values[i+1]})
	}
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	control(t, url, "PATCH", "/restapis/"+id+"/stages/live", string(body), 200)
}

// TestLogDelivery has a stage of the control plane log to a group, then to a delivery
// stream.
func TestLogDelivery(t *testing.T) {
	service := startLogService(t)
	s := serveWith(t, []string{
		"AWS_ACCESS_KEY_ID=AKIDLOGS", "AWS_SECRET_ACCESS_KEY=logs/secret", "AWS_SESSION_TOKEN=",
		"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=" + service.URL, "AWS_ENDPOINT_URL_FIREHOSE=", "AWS_ENDPOINT_URL=",
	}, "--ephemeral", "--endpoint", "firehose="+service.URL)
	id := deployMock(t, s.url, "hello")
	// A request before its stage logs, and what comes of it: nothing.
	wantAnswer(t, s.url, id, "hello")
	updateStage(t, s.url, id,
		"/accessLogSettings/destinationArn", "arn:aws:logs:us-east-1:000000000000:log-group:pets/access:*",
		"/accessLogSettings/format", "$context.requestId $context.status $context.stage",
		"/*/*/logging/loglevel", "INFO")
	ask := func() (requestID string) {
		t.Helper()
		a := get(t, s.url+"/_aws/execute-api/"+id+"/live/text")
		a.check(t, "text", 200, "hello")
		return a.header.Get("X-Amzn-Requestid")
	}
	var group, records []string
	for range 3 {
		group = append(group, ask()+" 200 live")
	}
	eventually(t, "the group has the lines", func() bool { return slices.Equal(service.of("pets/access"), group) })
	execution := "API-Gateway-Execution-Logs_" + id + "/live"
	requestID, _, _ := strings.Cut(group[2], " ")
	eventually(t, "the execution log has the lines", func() bool {
		return slices.Contains(service.of(execution), "("+requestID+") Method completed with status: 200")
	})
	for _, line := range service.of(execution) {
		if !strings.HasPrefix(line, "(") {
			t.Errorf("execution log line %q", line)
		}
	}

	const stream = "amazon-apigateway-pets"
	updateStage(t, s.url, id, "/accessLogSettings/destinationArn", "arn:aws:firehose:eu-west-1:000000000000:deliverystream/"+stream)
	for range 3 {
		records = append(records, ask()+" 200 live\n")
	}
	eventually(t, "the metrics count the records", func() bool {
		return metric(t, s.url, `sluice_log_lines_delivered_total{kind="firehose"}`) == 3
	})
	if n := metric(t, s.url, `sluice_log_lines_delivered_total{kind="logs"}`); n < 3+6*3 {
		t.Errorf("%v lines counted for groups", n)
	}
	// What waits when the process is told to stop is delivered.
	records = append(records, ask()+" 200 live\n")
	s.signal(syscall.SIGTERM)
	if code := s.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if got := service.of(stream); !slices.Equal(got, records) {
		t.Errorf("the stream got %q, want %q", got, records)
	}
	if got := service.of("pets/access"); !slices.Equal(got, group) {
		t.Errorf("the group got %q, want %q", got, group)
	}
	if len(service.wrong) > 0 {
		t.Errorf("the service finds: %q", service.wrong)
	}
	if n := s.stderr.count("request"); n > 0 {
		t.Errorf("execution log on standard error: %s", s.stderr)
	}
}

// logProject is a project with stages that log to destinations.
func logProject(t *testing.T) (file string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"version.yaml": read(t, "testdata/version.yaml"),
		"sluice.yaml": `apis:
  - definition: version.yaml
    id: version
    stages:
      - name: dev
        accessLog: {format: $context.requestId $context.stage, destination: "arn:aws:logs:us-east-1:000000000000:log-group:/aws/apigateway/version"}
        methodSettings: {"*/*": {loggingLevel: INFO}}
      - name: all
        accessLog: {format: $context.requestId $context.stage, destination: "arn:aws:logs:us-east-1:000000000000:log-group:/aws/apigateway/version"}
        canary: {percentTraffic: 100}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "sluice.yaml")
}

var noEndpoints = []string{"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=", "AWS_ENDPOINT_URL_FIREHOSE=", "AWS_ENDPOINT_URL="}

// TestLogFiles writes the logs of a project to files, renames one, and removes one.
func TestLogFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	s := serveWith(t, noEndpoints, "--access-log-dir", dir, "--data-dir", t.TempDir(), logProject(t))
	ask := func(stage string) string {
		t.Helper()
		return get(t, s.url+"/_aws/execute-api/version/"+stage+"/version").header.Get("X-Amzn-Requestid")
	}
	access, canary := filepath.Join(dir, "aws/apigateway/version.log"), filepath.Join(dir, "aws/apigateway/version/Canary.log")
	eventuallyHas := func(file, want string) {
		t.Helper()
		eventually(t, file+" has a line", func() bool {
			b, err := os.ReadFile(file)
			return err == nil && string(b) == want
		})
	}
	one := ask("dev") + " dev\n"
	eventuallyHas(access, one)
	execution := read(t, filepath.Join(dir, "API-Gateway-Execution-Logs_version/dev.log"))
	if !strings.Contains(execution, ") Starting execution for request: ") || !strings.HasSuffix(execution, ") Method completed with status: 200\n") {
		t.Errorf("execution log: %s", execution)
	}
	eventuallyHas(canary, ask("all")+" all\n")
	if err := os.Rename(access, access+".1"); err != nil {
		t.Fatal(err)
	}
	s.signal(syscall.SIGHUP)
	two := ask("dev") + " dev\n"
	s.signal(syscall.SIGTERM)
	if code := s.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if got := read(t, access); got != two {
		t.Errorf("the new file is %q, want %q", got, two)
	}
	if got := read(t, access+".1"); got != one {
		t.Errorf("the old file is %q, want %q", got, one)
	}
}

// TestLogsWithoutDestination leaves logs where they go by default: there is neither an
// endpoint nor a directory.
func TestLogsWithoutDestination(t *testing.T) {
	s := serveWith(t, noEndpoints, "--access-log", "-", "--data-dir", t.TempDir(), logProject(t))
	id := get(t, s.url+"/_aws/execute-api/version/dev/version").header.Get("X-Amzn-Requestid")
	s.line(s.stdout, 0, "^"+id+" dev$")
	s.line(s.stderr, 0, `^\(`+id+`\) Method completed with status: 200$`)
}

// TestExecutionLogFlag has all execution logs in one file, whatever else there is.
func TestExecutionLogFlag(t *testing.T) {
	dir := t.TempDir()
	s := serveWith(t, noEndpoints, "--access-log-dir", dir, "--execution-log", dir+"/execution.log", "--data-dir", t.TempDir(), logProject(t))
	id := get(t, s.url+"/_aws/execute-api/version/dev/version").header.Get("X-Amzn-Requestid")
	eventually(t, "the line is there", func() bool {
		b, _ := os.ReadFile(dir + "/execution.log")
		return strings.Contains(string(b), "("+id+") Method completed with status: 200\n")
	})
	if _, err := os.Stat(dir + "/API-Gateway-Execution-Logs_version"); err == nil {
		t.Error("there is another execution log")
	}
}

// TestUnusableLogs are settings that nothing can come of.
func TestUnusableLogs(t *testing.T) {
	project := logProject(t)
	if code, _, stderr := run(t, noEndpoints, "serve", "--listen", "127.0.0.1:0", "--access-log-dir", project, project); code == 0 || !strings.Contains(stderr, "make the directory of log files") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	rewrite(t, project, strings.Replace(read(t, project), "log-group:/aws", "log-stream:/aws", 1))
	code, stdout, _ := run(t, nil, "validate", project)
	if want := `stage dev: accessLogSettings: destinationArn "arn:aws:logs:us-east-1:000000000000:log-stream:/aws/apigateway/version" is not of the form `; code == 0 || !strings.Contains(stdout, want) {
		t.Errorf("exit %d: %s", code, stdout)
	}
}
