package sdk

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/api"
	"sluice/authorizers/sigv4"
	"sluice/mapping"
)

var now = time.Date(2026, 11, 22, 6, 35, 58, 0, time.UTC)

func read(t testing.TB, file string, into any) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(src, into); err != nil {
		t.Fatal(err)
	}
}

func request(t testing.TB) Request {
	r := Request{Type: JavaScript, Snapshot: new(api.Snapshot), Stage: "dev", Region: "eu-central-1", Now: now}
	read(t, "testdata/api.json", r.Snapshot)
	return r
}

// unpack writes a zip into a directory and returns its names.
func unpack(t *testing.T, content []byte, dir string) []string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		file := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

func TestZip(t *testing.T) {
	content, name, err := Generate(request(t))
	if err != nil {
		t.Fatal(err)
	}
	if want := "javascript_2026-11-22_06-35Z.zip"; name != want {
		t.Errorf("name %s, want %s", name, want)
	}
	dir := t.TempDir()
	got := unpack(t, content, dir)
	want := []string{
		"apiGateway-js-sdk/README.md",
		"apiGateway-js-sdk/apigClient.js",
		"apiGateway-js-sdk/lib/apiGatewayCore/apiGatewayClient.js",
		"apiGateway-js-sdk/lib/apiGatewayCore/sha256.js",
		"apiGateway-js-sdk/lib/apiGatewayCore/sigV4Client.js",
		"apiGateway-js-sdk/lib/apiGatewayCore/simpleHttpClient.js",
		"apiGateway-js-sdk/lib/apiGatewayCore/utils.js",
		"apiGateway-js-sdk/lib/url-template/url-template.js",
	}
	if !slices.Equal(got, want) {
		t.Errorf("files %q", got)
	}
	client, err := os.ReadFile(filepath.Join(dir, "apiGateway-js-sdk/apigClient.js"))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"https://abcdefghij.execute-api.eu-central-1.amazonaws.com/dev"`, `"eu-central-1"`, `"CreatePet"`} {
		if !bytes.Contains(client, []byte(part)) {
			t.Errorf("the client does not have %s", part)
		}
	}
	again, _, err := Generate(request(t))
	if err != nil || !bytes.Equal(again, content) {
		t.Error("two SDKs of the same differ")
	}
}

// TestOnlyAny: an API without a method that has a verb gives no client.
func TestOnlyAny(t *testing.T) {
	r := request(t)
	r.Snapshot.Resources = []*api.Resource{{Path: "/", ResourceMethods: map[string]*api.Method{"ANY": {HTTPMethod: "ANY"}}}}
	content, _, err := Generate(r)
	if err != nil {
		t.Fatal(err)
	}
	if names := unpack(t, content, t.TempDir()); slices.Contains(names, "apiGateway-js-sdk/apigClient.js") {
		t.Errorf("there is a client: %q", names)
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		kind       string
		parameters map[string]string
		want       string
	}{
		{"cobol", nil, "No SDK generator for type 'cobol'"},
		{"swift", nil, "Missing required parameter 'classPrefix' for SDK type 'swift'"},
		{"objectivec", map[string]string{"classPrefix": "X"}, "SDK type 'objectivec' is not supported; supported is javascript"},
		{"android", map[string]string{"groupId": "a", "artifactId": "b", "artifactVersion": "1"}, "Missing required parameter 'invokerPackage' for SDK type 'android'"},
		{"java", map[string]string{"serviceName": "a"}, "Missing required parameter 'java.package-name' for SDK type 'java'"},
		{"java", map[string]string{"serviceName": "a", "java.package-name": "b"}, "SDK type 'java' is not supported; supported is javascript"},
		{"ruby", map[string]string{"service.name": "a"}, "SDK type 'ruby' is not supported; supported is javascript"},
	} {
		r := request(t)
		r.Type, r.Parameters = c.kind, c.parameters
		_, _, err := Generate(r)
		var refused *BadRequest
		if !errors.As(err, &refused) || refused.Message != c.want {
			t.Errorf("%s %v: %v, want %s", c.kind, c.parameters, err, c.want)
		}
	}
}

func TestTypes(t *testing.T) {
	var ids []string
	for _, k := range Types() {
		ids = append(ids, k.ID)
		if k.ConfigurationProperties == nil || k.FriendlyName == "" {
			t.Errorf("%s lacks something", k.ID)
		}
	}
	if want := []string{"android", "java", "javascript", "objectivec", "ruby", "swift"}; !slices.Equal(ids, want) {
		t.Errorf("types %q", ids)
	}
}

func TestPathName(t *testing.T) {
	for path, want := range map[string]string{
		"/": "root", "/pets/{petId}": "petsPetId", "/{a}/{b}/{op}": "aBOp", "/v1/contact-us": "v1ContactUs", "/{proxy+}": "proxy",
		"/Pets/get_all.json": "petsGetAllJson", "/_": "root",
	} {
		if got := pathName(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	same := calls(&api.Snapshot{Resources: []*api.Resource{
		{Path: "/a-b", ResourceMethods: map[string]*api.Method{"GET": {HTTPMethod: "GET", OperationName: "__proto__"}}},
		{Path: "/a/b", ResourceMethods: map[string]*api.Method{"GET": {HTTPMethod: "GET", OperationName: "'"}}},
	}})
	if same[0].name != "aBGet" || same[1].name != "aBGet2" {
		t.Errorf("names %s, %s", same[0].name, same[1].name)
	}
}

// arrival is a request as the server got it.
type arrival struct {
	line    string
	header  http.Header
	body    []byte
	refused *sigv4.Fault // of the signature, if there is one
}

// TestCalls runs the generated client in Node.js against a server and checks
// what arrives and what comes back.
func TestCalls(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node")
	}
	var mu sync.Mutex
	var arrived []arrival
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		a := arrival{line: r.Method + " " + r.RequestURI, header: r.Header, body: body}
		if r.Header.Get("Authorization") != "" {
			a.refused = verify(r, body)
		}
		mu.Lock()
		arrived = append(arrived, a)
		mu.Unlock()
		if strings.HasSuffix(r.URL.Path, "/fail") {
			w.WriteHeader(http.StatusTeapot)
			_, _ = io.WriteString(w, "no JSON")
			return
		}
		_, _ = io.WriteString(w, `{"ok":true}`)
	}))
	defer server.Close()
	content, _, err := Generate(request(t))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	unpack(t, content, dir)
	run := exec.Command(node, "testdata/calls.js", filepath.Join(dir, "apiGateway-js-sdk/apigClient.js"), server.URL+"/dev/")
	var stderr strings.Builder
	run.Stderr = &stderr
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var want map[string]struct {
		Arrives, Body, Base64 string
		Headers               map[string]string
		Signed                bool
		Result                any
	}
	read(t, "testdata/calls.json", &want)
	lines := bufio.NewScanner(bytes.NewReader(out))
	seen := 0
	for lines.Scan() {
		var got struct {
			Name   string
			Result any
		}
		if err := json.Unmarshal(lines.Bytes(), &got); err != nil {
			t.Fatalf("%v: %s", err, lines.Text())
		}
		c, ok := want[got.Name]
		if !ok {
			t.Fatalf("%s is not in calls.json", got.Name)
		}
		seen++
		if c.Result != nil && !reflect.DeepEqual(c.Result, got.Result) {
			t.Errorf("%s: result %v, want %v", got.Name, got.Result, c.Result)
		}
		if c.Arrives == "" {
			continue
		}
		if len(arrived) == 0 {
			t.Fatalf("%s: nothing arrived; result %v", got.Name, got.Result)
		}
		a := arrived[0]
		arrived = arrived[1:]
		if a.line != c.Arrives {
			t.Errorf("%s: %s arrived, want %s", got.Name, a.line, c.Arrives)
		}
		body := []byte(c.Body)
		if c.Base64 != "" {
			body, _ = base64.StdEncoding.DecodeString(c.Base64)
		}
		if !bytes.Equal(a.body, body) {
			t.Errorf("%s: body %q, want %q", got.Name, a.body, body)
		}
		for name, value := range c.Headers {
			if a.header.Get(name) != value {
				t.Errorf("%s: %s is %q, want %q", got.Name, name, a.header.Get(name), value)
			}
		}
		if signed := a.header.Get("Authorization") != ""; signed != c.Signed {
			t.Errorf("%s: signed %v", got.Name, signed)
		}
		if a.refused != nil {
			t.Errorf("%s: the signature is refused: %+v", got.Name, a.refused)
		}
	}
	if seen != len(want) || len(arrived) > 0 {
		t.Errorf("%d of %d calls, %d requests too many", seen, len(want), len(arrived))
	}
}

// verify checks the signature of a request the way the gateway does.
func verify(r *http.Request, body []byte) *sigv4.Fault {
	path, query, _ := strings.Cut(r.RequestURI, "?")
	in := &sigv4.Request{Method: r.Method, Path: path, Query: query, Body: body, Header: []mapping.Pair{{Name: "Host", Value: r.Host}}}
	for name, values := range r.Header {
		for _, v := range values {
			in.Header = append(in.Header, mapping.Pair{Name: name, Value: v})
		}
	}
	signature, fault := sigv4.Parse(in)
	if fault != nil {
		return fault
	}
	if fault := signature.Check(sigv4.Scope{Region: "eu-central-1", Service: "execute-api"}, time.Now()); fault != nil {
		return fault
	}
	if signature.AccessKeyID != "AKIDEXAMPLE" || signature.SecurityToken != "a+b/c=" {
		return &sigv4.Fault{Message: "key " + signature.AccessKeyID + ", token " + signature.SecurityToken}
	}
	return signature.Verify(in, sigv4.NewKey("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"))
}

func TestHash(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node")
	}
	file, err := filepath.Abs("javascript/lib/apiGatewayCore/sha256.js")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(node, "testdata/hash.js", file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
