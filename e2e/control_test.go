package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sluice/control/store/postgrestest"
)

// TestEveryOperation has boto3 call every operation and every paginator, and compare
// each answer with the service model.
func TestEveryOperation(t *testing.T) {
	s := serve(t, "--ephemeral")
	out := runProgram(t, "", nil, boto3Python(t), "testdata/control/operations.py", s.url, backend(t)+"/petstore")
	t.Log(strings.TrimSpace(out))
}

// TestCommandLine makes, tests, deploys, throttles and deletes an API with the AWS CLI.
func TestCommandLine(t *testing.T) {
	if _, err := exec.LookPath("aws"); err != nil {
		t.Fatal("the AWS CLI is missing; make test installs it")
	}
	s := serve(t, "--ephemeral")
	got := runProgram(t, t.TempDir(), nil, root+"/e2e/testdata/control/tutorial.sh", s.url, backend(t)+"/petstore")
	golden(t, "testdata/control/tutorial.txt", got)
}

// TestJavaScriptSDK does the same with the SDK for JavaScript, version 3.
func TestJavaScriptSDK(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", "deploy.mjs"} {
		b, err := os.ReadFile(filepath.Join("testdata", "control", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	runProgram(t, dir, nil, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	s := serve(t, "--ephemeral")
	if got := runProgram(t, dir, nil, "node", "deploy.mjs", s.url); got != "ok\n" {
		t.Errorf("it printed %q", got)
	}
}

// TestControlRestart kills a node that keeps APIs in a file and starts it again.
func TestControlRestart(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, "--data-dir", dir)
	id := deployMock(t, s.url, "one")
	wantAnswer(t, s.url, id, "one")
	if err := s.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-s.done
	s = serve(t, "--data-dir", dir)
	wantAnswer(t, s.url, id, "one")

	// A second node on the same file is refused, a backup is not.
	file := filepath.Join(t.TempDir(), "apis.backup")
	runProgram(t, "", nil, sluiceBinary, "backup", "--data-dir", dir, file)
	other := t.TempDir()
	runProgram(t, "", nil, sluiceBinary, "restore", "--data-dir", other, file)
	restored := serve(t, "--data-dir", other)
	wantAnswer(t, restored.url, id, "one")
}

// TestControlNodes has two nodes on one PostgreSQL serve what either is told.
func TestControlNodes(t *testing.T) {
	database := postgrestest.Start(t).URL()
	a, b := serve(t, "--store", database), serve(t, "--store", database)
	id := deployMock(t, a.url, "one")
	wantAnswer(t, a.url, id, "one")
	eventuallyAnswers(t, b.url, id, "one")
	control(t, b.url, "PATCH", "/restapis/"+id+"/stages/live", `{"patchOperations":[{"op":"replace","path":"/variables/text","value":"two"}]}`, 200)
	wantAnswer(t, b.url, id, "two")
	eventuallyAnswers(t, a.url, id, "two")
	control(t, a.url, "DELETE", "/restapis/"+id+"/stages/live", "", 202)
	eventuallyAnswers(t, b.url, id, "")
}

// TestControlWriters has two nodes change one API at the same time: what either
// acknowledged is there.
func TestControlWriters(t *testing.T) {
	database := postgrestest.Start(t).URL()
	nodes := []*server{serve(t, "--store", database), serve(t, "--store", database)}
	id := deployMock(t, nodes[0].url, "one")
	var mu sync.Mutex
	var writers sync.WaitGroup
	kept := map[string]bool{}
	for w := range 8 {
		writers.Go(func() {
			for i := range 5 {
				// All of them write to the record of the one API, and each a model of its own.
				kind, name := "image", fmt.Sprintf("w%dn%d", w, i)
				for _, call := range [][3]string{
					{"PATCH", "/restapis/" + id, `{"patchOperations":[{"op":"add","path":"/binaryMediaTypes/` + kind + "~1" + name + `"}]}`},
					{"POST", "/restapis/" + id + "/models", `{"name":"` + name + `","contentType":"application/json","schema":"{\"type\":\"object\"}"}`},
				} {
					resp, err := controlCall(nodes[(w+i)%2].url, call[0], call[1], call[2])
					if err != nil {
						t.Error(err)
						return
					}
					resp.Body.Close()
					switch {
					case resp.StatusCode < 300:
						mu.Lock()
						kept[call[0]+name] = true
						mu.Unlock()
					case resp.StatusCode != 409: // the service's way to say that others were faster
						t.Errorf("%s %s: %d", call[0], call[1], resp.StatusCode)
					}
				}
			}
		})
	}
	writers.Wait()
	var api struct{ BinaryMediaTypes []string }
	var models struct{ Item []struct{ Name string } }
	for _, n := range nodes {
		if err := errors.Join(
			json.Unmarshal([]byte(control(t, n.url, "GET", "/restapis/"+id, "", 200)), &api),
			json.Unmarshal([]byte(control(t, n.url, "GET", "/restapis/"+id+"/models?limit=500", "", 200)), &models),
		); err != nil {
			t.Fatal(err)
		}
		there := map[string]bool{}
		for _, m := range api.BinaryMediaTypes {
			there["PATCH"+strings.TrimPrefix(m, "image/")] = true
		}
		for _, m := range models.Item {
			there["POST"+m.Name] = true
		}
		for k := range kept {
			if !there[k] {
				t.Errorf("%s was acknowledged and is lost", k)
			}
		}
	}
	if len(kept) < 40 {
		t.Errorf("only %d of 80 writes were acknowledged", len(kept))
	}
}

// TestControlShowsFiles finds an API that comes from a file read-only in the control
// plane.
func TestControlShowsFiles(t *testing.T) {
	s := serve(t, "--ephemeral", root+"/testdata/petstore/petstore.yaml")
	var api struct{ ID, Name string }
	if err := json.Unmarshal([]byte(control(t, s.url, "GET", "/restapis/petstore", "", 200)), &api); err != nil || api.ID != "petstore" {
		t.Errorf("%+v %v", api, err)
	}
	got := control(t, s.url, "POST", "/restapis/petstore/models", `{"name":"M","contentType":"application/json","schema":"{\"type\":\"object\"}"}`, 400)
	if !strings.Contains(got, "petstore is served from the file ") || !strings.Contains(got, "is read-only here") {
		t.Error(got)
	}
	control(t, s.url, "GET", "/restapis/petstore/stages/dev", "", 200)
}

// TestControlListener has the control plane on a listener of its own, where no
// signature is needed, and asks for signatures.
func TestControlListener(t *testing.T) {
	s := serve(t, "--ephemeral", "--control-listen", "127.0.0.1:0")
	m, _ := s.line(s.stdout, 0, `^control plane on (http://\S+)$`)
	if a := get(t, m[1]+"/restapis"); a.status != 200 || a.body != `{"item":[]}` {
		t.Errorf("without a signature: %d %s", a.status, a.body)
	}
	got := control(t, s.url, "GET", "/restapis", "", 403)
	if strings.Contains(got, "item") {
		t.Errorf("the APIs' listener answers the control plane: %s", got)
	}

	signed := serve(t, "--ephemeral", "--control-auth", "sigv4", "--credential", "AKIDADMIN:secret/of+admin")
	control(t, signed.url, "GET", "/restapis", "", 403)
	script := `import boto3, sys
c = boto3.client("apigateway", endpoint_url=sys.argv[1], region_name="eu-west-1", aws_access_key_id=sys.argv[2], aws_secret_access_key=sys.argv[3], aws_session_token=sys.argv[4] or None)
try: print(c.get_rest_apis()["items"])
except Exception as e: print(type(e).__name__, e.response["Error"]["Code"])`
	for _, c := range []struct{ key, secret, token, want string }{
		{"AKIDADMIN", "secret/of+admin", "", "[]\n"},
		{"AKIDADMIN", "wrong", "", "ClientError InvalidSignatureException\n"},
		{"AKIDADMIN", "secret/of+admin", "token", "ClientError UnrecognizedClientException\n"},
		{"AKIDNOBODY", "secret/of+admin", "", "ClientError UnrecognizedClientException\n"},
	} {
		if got := runProgram(t, "", nil, boto3Python(t), "-c", script, signed.url, c.key, c.secret, c.token); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	p := launch(t, "", nil, sluiceBinary, "serve", "--ephemeral", "--listen", "127.0.0.1:0", "--control-listen", "0.0.0.0:0")
	<-p.done
	if code := p.cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(p.stderr.String(), "--control-auth sigv4") {
		t.Errorf("open to everybody: exit %d, %s", code, p.stderr)
	}
}

// TestControlKilled kills a node in the middle of a stream of writes, again and
// again: what was acknowledged is there, whole.
func TestControlKilled(t *testing.T) {
	dir, kept := t.TempDir(), []string{}
	rounds := 10
	if testing.Short() {
		rounds = 2
	}
	for round := range rounds {
		s := serve(t, "--data-dir", dir)
		there := apiNames(t, s.url)
		for _, name := range kept {
			if !there[name] {
				t.Fatalf("round %d: %s was acknowledged and is gone", round, name)
			}
		}
		time.AfterFunc(time.Duration(20+13*round)*time.Millisecond, func() { _ = s.cmd.Process.Signal(syscall.SIGKILL) })
		for i := 0; ; i++ {
			name := fmt.Sprintf("r%d-%d", round, i)
			resp, err := controlCall(s.url, "POST", "/restapis", `{"name":"`+name+`"}`)
			if err != nil {
				break
			}
			_, err = io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil {
				break
			}
			if resp.StatusCode == 201 {
				kept = append(kept, name)
			}
		}
		<-s.done
	}
	if len(kept) == 0 {
		t.Error("nothing was acknowledged")
	}
}

// apiNames are the names of all APIs, page by page.
func apiNames(t *testing.T, url string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for position := ""; ; {
		var page struct {
			Item     []struct{ Name string }
			Position string
		}
		if err := json.Unmarshal([]byte(control(t, url, "GET", "/restapis?limit=500&position="+position, "", 200)), &page); err != nil {
			t.Fatal(err)
		}
		for _, n := range page.Item {
			names[n.Name] = true
		}
		if position = page.Position; position == "" {
			return names
		}
	}
}

// boto3Python is a Python that has boto3.
func boto3Python(t *testing.T) string {
	t.Helper()
	for _, p := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(p, "-c", "import boto3").Run() == nil {
			return p
		}
	}
	t.Fatal("boto3 is missing; make test installs it")
	return ""
}

// backend starts the pet store and returns its address.
func backend(t *testing.T) string {
	t.Helper()
	p := launch(t, "", nil, backendBinary, "-listen", "127.0.0.1:0")
	m, _ := p.line(p.stdout, 0, `ready on http://(\S+)$`)
	return m[1]
}

// runProgram runs a program that must succeed and returns what it prints.
func runProgram(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	p := launch(t, dir, env, name, args...)
	select {
	case <-p.done:
	case <-time.After(3 * patience):
		t.Fatalf("%s takes too long\n%s\n%s", name, p.stdout, p.stderr)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Fatalf("%s %v: exit %d\n%s\n%s", name, args, code, p.stdout, p.stderr)
	}
	return p.stdout.String()
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// controlCall calls the control plane with a signature that says nothing but where it
// belongs.
func controlCall(url, method, path, body string) (*http.Response, error) {
	r, err := http.NewRequest(method, url+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20261124/us-east-1/apigateway/aws4_request, SignedHeaders=host, Signature=00")
	return http.DefaultClient.Do(r)
}

// control makes a call that must have a status and returns its answer.
func control(t *testing.T, url, method, path, body string, status int) string {
	t.Helper()
	resp, err := controlCall(url, method, path, body)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != status {
		t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, b)
	}
	return string(b)
}

// deployMock imports and deploys an API whose stage "live" answers GET /text with its
// variable text. It returns the API's id.
func deployMock(t *testing.T, url, text string) string {
	t.Helper()
	var api struct{ ID string }
	definition := `{"openapi":"3.0.1","info":{"title":"mock"},"paths":{"/text":{"get":{"responses":{"200":{"description":"ok"}},
"x-amazon-apigateway-integration":{"type":"mock","requestTemplates":{"application/json":"{\"statusCode\":200}"},
"responses":{"default":{"statusCode":"200","responseTemplates":{"application/json":"$stageVariables.text"}}}}}}}}`
	if err := json.Unmarshal([]byte(control(t, url, "POST", "/restapis?mode=import", definition, 201)), &api); err != nil {
		t.Fatal(err)
	}
	control(t, url, "POST", "/restapis/"+api.ID+"/deployments", `{"stageName":"live","variables":{"text":"`+text+`"}}`, 201)
	return api.ID
}

// answerOf is what the mock of an API answers; "" when it is not served.
func answerOf(t *testing.T, url, id string) string {
	t.Helper()
	a := get(t, url+"/_aws/execute-api/"+id+"/live/text")
	if a.status != 200 {
		return ""
	}
	return a.body
}

func wantAnswer(t *testing.T, url, id, want string) {
	t.Helper()
	if got := answerOf(t, url, id); got != want {
		t.Errorf("%s answers %q, want %q", id, got, want)
	}
}

// eventuallyAnswers waits for another node's change.
func eventuallyAnswers(t *testing.T, url, id, want string) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for answerOf(t, url, id) != want {
		if time.Now().After(deadline) {
			t.Fatalf("%s does not answer %q", id, want)
		}
	}
}
