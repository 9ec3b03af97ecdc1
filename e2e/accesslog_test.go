package e2e

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

const logFormat = "$context.requestId $context.apiId $context.stage $context.httpMethod $context.resourcePath $context.path $context.status"

// TestAccessLog compares the log with what the client saw.
func TestAccessLog(t *testing.T) {
	log := t.TempDir() + "/access.log"
	s := serve(t, "--access-log", log, "--access-log-format", logFormat, "testdata/version.yaml")
	var want strings.Builder
	for range 3 {
		a := get(t, s.url+"/dev/version?x=1")
		want.WriteString(a.header.Get("X-Amzn-Requestid") + " version dev GET /version /dev/version 200\n")
	}
	s.signal(syscall.SIGTERM)
	if code := s.wait(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	if got := read(t, log); got != want.String() {
		t.Errorf("the log is:\n%swant:\n%s", got, want.String())
	}
}

// TestAccessLogRotation renames the log under the server, as logrotate does.
func TestAccessLogRotation(t *testing.T) {
	log := t.TempDir() + "/access.log"
	s := serve(t, "--access-log", log, "--access-log-format", "$context.requestId", "testdata/version.yaml")
	one := get(t, s.url+"/dev/version").header.Get("X-Amzn-Requestid")
	if err := os.Rename(log, log+".1"); err != nil {
		t.Fatal(err)
	}
	s.signal(syscall.SIGHUP)
	s.line(s.stderr, 0, `opened the access log anew`)
	two := get(t, s.url+"/dev/version").header.Get("X-Amzn-Requestid")
	s.signal(syscall.SIGTERM)
	s.wait()
	if got := read(t, log+".1"); one == "" || got != one+"\n" {
		t.Errorf("the old log is %q, want %q", got, one)
	}
	if got := read(t, log); two == "" || got != two+"\n" {
		t.Errorf("the new log is %q, want %q", got, two)
	}
}

// TestAccessLogToStdout keeps the lines apart from the table.
func TestAccessLogToStdout(t *testing.T) {
	s := serve(t, "--access-log", "-", "--access-log-format", "id=$context.requestId", "testdata/version.yaml")
	id := get(t, s.url+"/dev/version").header.Get("X-Amzn-Requestid")
	s.line(s.stdout, 0, "^id="+id+"$")
}

// TestAccessLogNamedFormats asks for each documented format by its name.
func TestAccessLogNamedFormats(t *testing.T) {
	tests := []struct{ format, pattern string }{
		{"", `^127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\]"GET /version HTTP/1\.1" 200 \d+ ID \S+$`},
		{"clf", `^127\.0\.0\.1 - - \[.*\]"GET /version HTTP/1\.1" 200 \d+ ID \S+$`},
		{"json", `^\{.*"requestId":\s*"ID".*\}$`},
		{"xml", `^<request id="ID">.*</request>$`},
		{"csv", `^127\.0\.0\.1,-,-,.*,GET,/version,HTTP/1\.1,200,\d+,ID,\S+$`},
	}
	for _, tt := range tests {
		args := []string{"--access-log", "-", "testdata/version.yaml"}
		if tt.format != "" {
			args = append(args, "--access-log-format", tt.format)
		}
		s := serve(t, args...)
		id := get(t, s.url+"/dev/version").header.Get("X-Amzn-Requestid")
		s.line(s.stdout, 0, strings.ReplaceAll(tt.pattern, "ID", id))
	}
}
