package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestServices calls AWS services whose server verifies every signature with the
// SDK's own signer.
func TestServices(t *testing.T) {
	var last atomic.Pointer[string]
	var role atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key, secret := "AKIDGATE", "gate/secret"
		switch {
		case strings.Contains(r.Header.Get("Authorization"), "ASIAROLE"):
			key, secret = "ASIAROLE", "role/secret"
		case strings.Contains(r.Header.Get("Authorization"), "AKIDCALLER"):
			key, secret = "AKIDCALLER", "caller/secret"
		}
		line := key + " " + recordService(r, key, secret)
		if strings.Contains(line, "Action=AssumeRole") {
			role.Add(1)
			fmt.Fprintf(w, `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role/secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
				time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
			return
		}
		if r.Header.Get("X-Amz-Security-Token") != "" {
			line += " with " + r.Header.Get("X-Amz-Security-Token")
		}
		last.Store(&line)
		switch {
		case strings.Contains(line, `"none"`):
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type":"ResourceNotFoundException"}`)
		case r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/pictures/"):
			w.Header().Set("Content-Type", "image/png")
			fmt.Fprint(w, "\x89P\xff\x00")
		default:
			fmt.Fprint(w, `{"ok":true}`)
		}
	}))
	defer server.Close()
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s %s %v", r.Method, r.Host, r.URL.RequestURI(), body, err)
	}))
	defer behind.Close()
	s := serveWith(t, []string{"AWS_ACCESS_KEY_ID=AKIDGATE", "AWS_SECRET_ACCESS_KEY=gate/secret", "AWS_SESSION_TOKEN="},
		"--endpoint", "*="+server.URL, "--vpc-link", "link01="+behind.URL, root+"/testdata/services/sluice.yaml")
	const done = `{"ok":true}`
	tests := []struct {
		method, path, contentType, body string
		want                            string // what the service got
		status                          int
		answer                          string
	}{
		{"POST", "queue", "application/json", `{"a":"b c&d"}`, `ASIAROLE POST /000000000000/pets Action=SendMessage&MessageBody=%7B%22a%22%3A%22b+c%26d%22%7D with token`, 200, done},
		{"POST", "topic", "application/json", `{"text":"hello & good bye"}`, "", 200, done},
		{"POST", "table", "application/json", `{"id":"7"}`, `AKIDGATE POST / DynamoDB_20120810.PutItem {"TableName": "pets", "Item": {"id": {"S": "7"}}}`, 200, done},
		{"POST", "table", "application/json", `{"id":"none"}`, `AKIDGATE POST / DynamoDB_20120810.PutItem {"TableName": "pets", "Item": {"id": {"S": "none"}}}`, 400, `{"refused": "ResourceNotFoundException"}`},
		{"POST", "machine", "application/json", `{"a":1}`, `AKIDGATE POST / AWSStepFunctions.StartExecution {"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:pets", "input": "{\"a\":1}"}`, 200, done},
		{"PUT", "files/dir/a%20b%2B%C3%BC.png", "image/png", "\x00\xff\xfe", "AKIDGATE PUT /pictures/dir/a%20b%2B%C3%BC.png \x00\xff\xfe", 200, done},
	}
	for _, tt := range tests {
		a := request(t, tt.method, s.url+"/dev/"+tt.path, tt.body, "Content-Type", tt.contentType)
		a.check(t, tt.path, tt.status, tt.answer)
		got := *last.Load()
		if tt.path == "topic" {
			if !strings.HasPrefix(got, "AKIDGATE POST /") || !strings.Contains(got, "Action=Publish") || !strings.Contains(got, "Message=hello%20%26%20good%20bye") {
				t.Errorf("SNS got %q", got)
			}
			continue
		}
		if got != tt.want {
			t.Errorf("%s: the service got %q, want %q", tt.path, got, tt.want)
		}
	}
	get(t, s.url+"/dev/files/a.png", "Accept", "image/png").check(t, "an object", 200, "\x89P\xff\x00")
	// A path cannot leave the bucket.
	if a := rawExchange(t, s.address, "GET /dev/files/..%2Fother HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"); !strings.HasPrefix(a, "HTTP/1.1 4") && !strings.HasPrefix(a, "HTTP/1.1 5") {
		t.Errorf("a path that leaves the bucket: %q; the service got %q", a, *last.Load())
	}
	request(t, "POST", s.url+"/dev/queue", "{}", "Content-Type", "application/json").check(t, "again", 200, done)
	if n := role.Load(); n != 1 {
		t.Errorf("the role was assumed %d times for two calls", n)
	}
	// The caller's own credentials are passed through.
	signedRequest(t, "POST", s.url+"/dev/caller", `{"id":"1"}`, "AKIDCALLER", "caller/secret", "", "us-east-1").check(t, "caller", 200, done)
	if got, want := *last.Load(), `AKIDCALLER POST / DynamoDB_20120810.GetItem {"TableName": "pets", "Key": {"id": {"S": "1"}}}`; got != want {
		t.Errorf("with the caller's credentials the service got %q, want %q", got, want)
	}
	request(t, "PUT", s.url+"/dev/link/a/b?q=1", "body").check(t, "VPC link", 200, "PUT inside.example.com /base/a/b?q=1 body <nil>")
}

// TestServicesFromEnvironment takes the endpoint that the SDKs' variables name.
func TestServicesFromEnvironment(t *testing.T) {
	var last atomic.Pointer[string]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		line := recordService(r, "AKIDGATE", "gate/secret")
		last.Store(&line)
		fmt.Fprint(w, `{}`)
	}))
	defer server.Close()
	dir := copyOf(t, "services")
	project := read(t, dir+"/sluice.yaml")
	rewrite(t, dir+"/sluice.yaml", strings.Replace(project, "endpoints:\n  \"*\": http://127.0.0.1:5000\n", "", 1))
	env := []string{"AWS_ACCESS_KEY_ID=AKIDGATE", "AWS_SECRET_ACCESS_KEY=gate/secret", "AWS_ENDPOINT_URL_DYNAMODB=" + server.URL, "AWS_ENDPOINT_URL="}
	s := serveWith(t, env, dir+"/sluice.yaml")
	ask := func() answer {
		return request(t, "POST", s.url+"/dev/table", `{"id":"7"}`, "Content-Type", "application/json")
	}
	ask().check(t, "table", 200, "{}")
	if got, want := *last.Load(), `POST / DynamoDB_20120810.PutItem {"TableName": "pets", "Item": {"id": {"S": "7"}}}`; got != want {
		t.Errorf("the service got %q, want %q", got, want)
	}
	// An edit of the project leads it elsewhere.
	var moved atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		moved.Add(1)
		fmt.Fprint(w, `{"moved":true}`)
	}))
	defer other.Close()
	rewrite(t, dir+"/sluice.yaml", strings.Replace(project, "\"*\": http://127.0.0.1:5000", "dynamodb: "+other.URL, 1))
	s.line(s.stderr, 0, `msg=reloaded`)
	ask().check(t, "after the edit", 200, `{"moved":true}`)
	if moved.Load() != 1 {
		t.Error("the edit of endpoints is not seen")
	}
}

// TestServicesOfMoto calls services that others have written.
func TestServicesOfMoto(t *testing.T) {
	if testing.Short() {
		t.Skip("moto_server takes seconds to start: left out with -short")
	}
	path, err := exec.LookPath("moto_server")
	if err != nil {
		t.Skip("moto_server is not on the PATH: services are held against the server of TestServices only")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	ln.Close()
	_, port, _ := net.SplitHostPort(address)
	moto := launch(t, "", nil, path, "-H", "127.0.0.1", "-p", port)
	eventually(t, "moto_server listens", func() bool {
		select {
		case <-moto.done:
			t.Fatal("moto_server ended")
		default:
		}
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	call := func(target, contentType, body string) string {
		t.Helper()
		service := "dynamodb"
		if strings.HasPrefix(target, "AmazonSQS") {
			service = "sqs"
		}
		a := request(t, "POST", "http://"+address+"/", body, "X-Amz-Target", target, "Content-Type", contentType,
			"Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
		if a.status != 200 {
			t.Fatalf("%s: %d %s", target, a.status, a.body)
		}
		return a.body
	}
	const json10 = "application/x-amz-json-1.0"
	call("AmazonSQS.CreateQueue", json10, `{"QueueName":"pets"}`)
	call("DynamoDB_20120810.CreateTable", json10, `{"TableName":"pets","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}`)
	dir := copyOf(t, "services")
	const account = "123456789012" // the one that moto_server has
	rewrite(t, dir+"/services.yaml", strings.ReplaceAll(read(t, dir+"/services.yaml"), "000000000000", account))
	s := serveWith(t, []string{"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test"}, "--endpoint", "*=http://"+address, dir+"/sluice.yaml")
	post := func(path, body string) answer {
		return request(t, "POST", s.url+"/dev/"+path, body, "Content-Type", "application/json")
	}
	if a := post("table", `{"id":"rex"}`); a.status != 200 {
		t.Errorf("PutItem: %d %s", a.status, a.body)
	}
	if got := call("DynamoDB_20120810.GetItem", json10, `{"TableName":"pets","Key":{"id":{"S":"rex"}}}`); !strings.Contains(got, `"rex"`) {
		t.Errorf("the table holds %s", got)
	}
	if a := post("queue", `{"sold":"rex & more"}`); a.status != 200 {
		t.Errorf("SendMessage: %d %s", a.status, a.body)
	}
	queue := "http://" + address + "/" + account + "/pets"
	if got := call("AmazonSQS.ReceiveMessage", json10, `{"QueueUrl":"`+queue+`"}`); !strings.Contains(got, `rex & more`) {
		t.Errorf("the queue holds %s", got)
	}
}
