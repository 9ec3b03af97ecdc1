package awsservice

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"sluice/mapping"
)

// startMoto starts moto_server on a free loopback port and returns its URL.
func startMoto(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("moto_server takes seconds to start: left out with -short")
	}
	path, err := exec.LookPath("moto_server")
	if err != nil {
		t.Skip("moto_server is not on the PATH: the services' protocols are held against the server of server_test.go only")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	ln.Close()
	_, port, _ := net.SplitHostPort(address)
	cmd := exec.Command(path, "-H", "127.0.0.1", "-p", port)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() {
		cmd.Wait()
		close(exited)
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-exited
		if t.Failed() {
			t.Log(out.String())
		}
	})
	deadline := time.NewTimer(90 * time.Second)
	defer deadline.Stop()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		if c, err := net.DialTimeout("tcp", address, time.Second); err == nil {
			c.Close()
			return "http://" + address
		}
		select {
		case <-exited:
			t.Fatalf("moto_server ended: %s", out.String())
		case <-deadline.C:
			t.Fatal("moto_server did not come up")
		case <-again.C:
		}
	}
}

type motoSession struct {
	*testing.T
	services *Services
}

func (m *motoSession) call(uri, method string, header []mapping.Pair, body string, p *Params) string {
	m.Helper()
	resp := send(m.T, m.services, uri, method, "arn:aws:iam::123456789012:role/gateway", header, []byte(body), p)
	if resp.StatusCode/100 != 2 {
		m.Fatalf("%s: %d %s", uri, resp.StatusCode, resp.Body)
	}
	return string(resp.Body)
}

func (m *motoSession) find(text, pattern string) string {
	m.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if found == nil {
		m.Fatalf("no %s in %s", pattern, text)
	}
	return found[1]
}

// TestMoto speaks to services that others have written: one pass of writing and
// reading for each protocol. The roles of the integrations are assumed there.
func TestMoto(t *testing.T) {
	base := startMoto(t)
	s := services(t, Options{Endpoints: map[string]string{"*": base}, Chain: chainOf(Credentials{AccessKeyID: "test", SecretAccessKey: "test"})})
	begin := func(t *testing.T) *motoSession { return &motoSession{t, s} }
	t.Run("role", func(t *testing.T) {
		c := compile(t, s, "arn:aws:apigateway:us-east-1:sqs:path/", "GET", roleARN)
		got, err := c.source.get(time.Now(), time.Time{})
		if err != nil || got.SessionToken == "" || got.Expires.IsZero() || got.AccessKeyID == "test" {
			t.Errorf("%+v %v", got, err)
		}
	})
	t.Run("sqs", func(t *testing.T) {
		m := begin(t)
		sqs := func(action string) []mapping.Pair {
			return []mapping.Pair{{Name: "Content-Type", Value: "application/x-amz-json-1.0"}, {Name: "X-Amz-Target", Value: "AmazonSQS." + action}}
		}
		queue := m.find(m.call("sqs:path/", "POST", sqs("CreateQueue"), `{"QueueName":"pets"}`, nil), `"QueueUrl": ?"([^"]+)"`)
		m.call("sqs:path/123456789012/{queue}", "POST", formHeader, "Action=SendMessage&MessageBody=form+%26+%C3%BC", &Params{Path: []string{"pets"}})
		m.call("sqs:action/SendMessage", "POST", formHeader, "Action=SendMessage&QueueUrl="+url.QueryEscape(queue)+"&MessageBody=action", nil)
		inQuery := []mapping.Pair{{Name: "Action", Value: "SendMessage"}, {Name: "MessageBody", Value: "query"}}
		m.call("sqs:path/123456789012/pets", "GET", nil, "", &Params{Query: inQuery})
		m.call("sqs:path/", "POST", sqs("SendMessage"), `{"QueueUrl":"`+queue+`","MessageBody":"json"}`, nil)
		got := m.call("sqs:path/", "POST", sqs("ReceiveMessage"), `{"QueueUrl":"`+queue+`","MaxNumberOfMessages":10}`, nil)
		var answer struct{ Messages []struct{ Body string } }
		if err := json.Unmarshal([]byte(got), &answer); err != nil {
			t.Fatal(err)
		}
		if text := fmt.Sprint(answer.Messages); text != "[{form & ü} {action} {query} {json}]" {
			t.Error(text)
		}
	})
	t.Run("sns", func(t *testing.T) {
		m := begin(t)
		topic := m.find(m.call("sns:action/CreateTopic", "POST", nil, "", &Params{Query: []mapping.Pair{{Name: "Name", Value: "news"}}}), `<TopicArn>([^<]+)<`)
		query := []mapping.Pair{{Name: "TopicArn", Value: topic}, {Name: "Message", Value: "hello & good bye"}}
		m.find(m.call("sns:action/Publish", "POST", nil, "", &Params{Query: query, ContentType: "application/json"}), `<MessageId>([^<]+)<`)
	})
	t.Run("dynamodb", func(t *testing.T) {
		m := begin(t)
		asJSON := &Params{ContentType: "application/json"}
		m.call("dynamodb:action/CreateTable", "POST", nil, `{"TableName":"pets","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}`, asJSON)
		m.call("dynamodb:action/PutItem", "POST", nil, `{"TableName":"pets","Item":{"id":{"S":"1"},"name":{"S":"Rex ü"}}}`, asJSON)
		got := m.call("dynamodb:action/GetItem", "POST", nil, `{"TableName":"pets","Key":{"id":{"S":"1"}}}`, asJSON)
		var answer struct {
			Item struct{ Name struct{ S string } }
		}
		if err := json.Unmarshal([]byte(got), &answer); err != nil || answer.Item.Name.S != "Rex ü" {
			t.Error(err, got)
		}
		resp := send(t, s, "dynamodb:action/GetItem", "POST", "", nil, []byte(`{"TableName":"none","Key":{"id":{"S":"1"}}}`), nil)
		if resp.StatusCode != 400 || !strings.Contains(string(resp.Body), "ResourceNotFoundException") {
			t.Errorf("%d %s", resp.StatusCode, resp.Body)
		}
	})
	t.Run("kinesis", func(t *testing.T) {
		m := begin(t)
		m.call("kinesis:action/CreateStream", "POST", nil, `{"StreamName":"s","ShardCount":1}`, nil)
		m.call("kinesis:action/PutRecord", "POST", nil, `{"StreamName":"s","PartitionKey":"p","Data":"aGVsbG8="}`, nil)
		iterator := m.find(m.call("kinesis:action/GetShardIterator", "POST", nil, `{"StreamName":"s","ShardId":"shardId-000000000000","ShardIteratorType":"TRIM_HORIZON"}`, nil), `"ShardIterator": ?"([^"]+)"`)
		m.find(m.call("kinesis:action/GetRecords", "POST", nil, `{"ShardIterator":"`+iterator+`"}`, nil), `"Data": ?"(aGVsbG8=)"`)
	})
	t.Run("states", func(t *testing.T) {
		m := begin(t)
		machine := m.find(m.call("states:action/CreateStateMachine", "POST", nil, `{"name":"m","roleArn":"arn:aws:iam::123456789012:role/m","definition":"{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"End\":true}}}"}`, nil), `"stateMachineArn": ?"([^"]+)"`)
		execution := m.find(m.call("states:action/StartExecution", "POST", nil, `{"stateMachineArn":"`+machine+`","input":"{\"a\":1}"}`, &Params{ContentType: "application/json"}), `"executionArn": ?"([^"]+)"`)
		if got := m.call("states:action/DescribeExecution", "POST", nil, `{"executionArn":"`+execution+`"}`, nil); !strings.Contains(got, `{\"a\":1}`) {
			t.Error(got)
		}
	})
	t.Run("events", func(t *testing.T) {
		m := begin(t)
		header := []mapping.Pair{{Name: "X-Amz-Target", Value: "AWSEvents.PutEvents"}, {Name: "Content-Type", Value: "application/x-amz-json-1.1"}}
		got := m.call("events:action/PutEvents", "POST", header, `{"Entries":[{"Source":"pets","DetailType":"sold","Detail":"{}"}]}`, nil)
		m.find(got, `"FailedEntryCount": ?(0)`)
	})
	t.Run("s3", func(t *testing.T) {
		m := begin(t)
		m.call("s3:path/{bucket}", "PUT", nil, "", &Params{Path: []string{"pictures"}})
		binary, _ := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAA/wD+")
		for _, key := range []string{"a.png", "dir/sub/ü 日本.png", "a%20b+c(1)!.png"} {
			p := func() *Params { return &Params{Path: []string{"pictures", key}} }
			m.call("s3:path/{bucket}/{key}", "PUT", []mapping.Pair{{Name: "Content-Type", Value: "image/png"}}, string(binary), p())
			if got := m.call("s3:path/{bucket}/{key}", "GET", nil, "", p()); got != string(binary) {
				t.Errorf("%s: %q", key, got)
			}
		}
		got := m.call("s3:path/pictures?list-type=2&prefix={p}", "GET", nil, "", &Params{Path: []string{"dir/"}})
		m.find(got, `<Key>(dir/sub/ü 日本.png)</Key>`)
		got = m.call("pictures.s3:path/", "GET", nil, "", nil)
		m.find(got, `<Key>(a b\+c\(1\)!.png)</Key>`)
	})
	t.Run("ssm", func(t *testing.T) {
		m := begin(t)
		m.call("ssm:action/PutParameter", "POST", nil, `{"Name":"/a/b","Value":"secret text","Type":"String"}`, nil)
		m.find(m.call("ssm:action/GetParameter", "POST", nil, `{"Name":"/a/b"}`, &Params{ContentType: "application/json"}), `"Value": ?"(secret text)"`)
	})
	t.Run("iam", func(t *testing.T) {
		m := begin(t)
		m.call("iam:action/CreateUser&UserName={name}", "POST", nil, "", &Params{Path: []string{"jane"}})
		m.find(m.call("iam:action/ListUsers", "GET", []mapping.Pair{{Name: "Accept", Value: "application/xml"}}, "", nil), `<UserName>(jane)</UserName>`)
	})
	t.Run("lambda", func(t *testing.T) {
		m := begin(t)
		got := m.call("lambda:path/2015-03-31/functions", "GET", nil, "", &Params{Query: []mapping.Pair{{Name: "MaxItems", Value: "5"}}})
		m.find(got, `"Functions": ?(\[\])`)
	})
}
