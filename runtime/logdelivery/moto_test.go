package logdelivery

import (
	"encoding/base64"
	"encoding/json"
	"net"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/mapping"
	"sluice/runtime/awsservice"
	"sluice/runtime/backend"
)

// startMoto starts moto_server on a free loopback port and returns its URL.
func startMoto(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("moto_server takes seconds to start: left out with -short")
	}
	path, err := exec.LookPath("moto_server")
	if err != nil {
		t.Skip("moto_server is not on the PATH: the protocols are held against the server of harness_test.go only")
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
		_ = cmd.Wait()
		close(exited)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
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

// motoClient asks moto what has arrived.
type motoClient struct {
	t        *testing.T
	services *awsservice.Services
}

func (m *motoClient) ask(region, service, operation, body string, header ...mapping.Pair) string {
	m.t.Helper()
	kind, method := ":action/", "POST"
	if service == "s3" {
		kind, method = ":path/", strings.ToUpper(operation)
		operation, body = body, ""
	}
	call, err := m.services.Compile("arn:aws:apigateway:"+region+":"+service+kind+operation, method, "")
	if err != nil {
		m.t.Fatal(err)
	}
	req := backend.Request{Body: []byte(body), Header: header}
	var resp backend.Response
	if err := call.Build(&req, &awsservice.Params{}); err != nil {
		m.t.Fatal(err)
	}
	if err := call.Endpoint().Do(&req, &resp, time.Now().Add(time.Minute)); err != nil || resp.StatusCode != 200 {
		m.t.Fatalf("%s: %v, %d %s", operation, err, resp.StatusCode, resp.Body)
	}
	return string(resp.Body)
}

// TestMoto delivers to services that others have written.
func TestMoto(t *testing.T) {
	d := newDeliveries(t, Options{Endpoints: map[string]string{"*": startMoto(t)}})
	m := &motoClient{t, d.around.services}
	m.ask("us-east-1", "s3", "put", "pets")
	m.ask("us-west-2", "firehose", "CreateDeliveryStream", `{"DeliveryStreamName":"amazon-apigateway-x","ExtendedS3DestinationConfiguration":{"RoleARN":"arn:aws:iam::123456789012:role/firehose","BucketARN":"arn:aws:s3:::pets"}}`)
	want := numbered(0, 1200)
	want = append(want, `{"requestId":"größe \" \\ 😀"}`)
	logAll(d.Access(accessGroup), want)
	logAll(d.Access(stream), want)
	logAll(d.Execution("us-east-1", "a1b2c3d4e5", "dev"), want[:3])
	waitFor(t, "delivery", func() bool {
		f := d.Figures()
		return f[toLogs].Delivered == uint64(len(want)+3) && f[toFirehose].Delivered == uint64(len(want))
	})
	for _, g := range []struct {
		region, group string
		want          []string
	}{{"eu-west-1", "access", want}, {"us-east-1", "API-Gateway-Execution-Logs_a1b2c3d4e5/dev", want[:3]}} {
		var streams struct {
			LogStreams []struct{ LogStreamName string }
		}
		if err := json.Unmarshal([]byte(m.ask(g.region, "logs", "DescribeLogStreams", `{"logGroupName":"`+g.group+`"}`)), &streams); err != nil || len(streams.LogStreams) != 1 {
			t.Fatalf("%s: %v, %v", g.group, streams, err)
		}
		var got []string
		for token := ""; ; {
			var page struct {
				Events           []event
				NextForwardToken string
			}
			in := `{"logGroupName":"` + g.group + `","logStreamName":"` + streams.LogStreams[0].LogStreamName + `","startFromHead":true` + token + `}`
			if err := json.Unmarshal([]byte(m.ask(g.region, "logs", "GetLogEvents", in)), &page); err != nil {
				t.Fatal(err)
			}
			for _, e := range page.Events {
				got = append(got, e.Message)
			}
			if len(page.Events) == 0 {
				break
			}
			token = `,"nextToken":"` + page.NextForwardToken + `"`
		}
		if !slices.Equal(got, g.want) {
			t.Errorf("%s: %d events, want %d", g.group, len(got), len(g.want))
		}
	}
	var keys, objects []string
	for rest := m.ask("us-east-1", "s3", "get", "pets?list-type=2"); ; {
		_, after, ok := strings.Cut(rest, "<Key>")
		if !ok {
			break
		}
		var key string
		key, rest, _ = strings.Cut(after, "</Key>")
		keys = append(keys, key)
	}
	for _, key := range keys {
		objects = append(objects, m.ask("us-east-1", "s3", "get", "pets/"+key))
	}
	if got := strings.Join(objects, ""); len(got) != len(strings.Join(want, "\n"))+1 || !strings.Contains(got, want[0]+"\n") {
		t.Errorf("%d bytes in %d objects, want %d (%s)", len(got), len(keys), len(strings.Join(want, "\n"))+1, base64.StdEncoding.EncodeToString([]byte(got[:min(len(got), 100)])))
	}
	if f := d.Figures(); f[toLogs].Dropped+f[toFirehose].Dropped != 0 {
		t.Errorf("%+v", f)
	}
}
