package e2e

import (
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestPetStore serves the example with its backend.
func TestPetStore(t *testing.T) {
	s := serve(t, petstore(t))
	table := regexp.MustCompile(`(?s)^.*?sluice: ready`).FindString(s.stdout.String())
	_, port, _ := strings.Cut(s.address, ":")
	compare(t, "start.golden", strings.TrimSuffix(regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(strings.ReplaceAll(table, port, "PORT"), "127.0.0.1:PORT"), "sluice: ready"))

	tests := []struct {
		method, path, body string
		status             int
		contentType        string
		pattern            string
	}{
		{"GET", "/", "", 200, "text/html", `(?s)^<html>.*Welcome to your Pet Store API.*</html>`},
		{"GET", "/pets", "", 200, "application/json", `(?s)"type": "dog".*"type": "cat".*"type": "fish"`},
		{"GET", "/pets/?type=cat", "", 200, "application/json", `(?s)^\[\s*\{\s*"id": 2,\s*"type": "cat",\s*"price": 124.99\s*\}\s*\]$`},
		{"GET", "/pets/3", "", 200, "application/json", `(?s)^\{\s*"id": 3,`},
		{"POST", "/pets", `{"type": "cat", "price": 123.11}`, 200, "application/json", `(?s)"type": "cat"`},
		{"OPTIONS", "/pets", "", 200, "", ``},
		{"GET", "/cats", "", 403, "application/json", `^\{"message":"Missing Authentication Token"\}$`},
		{"DELETE", "/pets", "", 403, "application/json", `^\{"message":"Missing Authentication Token"\}$`},
	}
	forms := []struct{ name, base, host string }{
		{"stage", s.url + "/dev", ""},
		{"_aws", s.url + "/_aws/execute-api/petstore/dev", ""},
		{"restapis", s.url + "/restapis/petstore/dev/_user_request_", ""},
		{"host", s.url + "/dev", "petstore.execute-api.us-east-1.amazonaws.com"},
		{"localhost", s.url + "/dev", "petstore.execute-api.localhost:" + port},
	}
	for _, form := range forms {
		for _, tt := range tests {
			t.Run(form.name+" "+tt.method+" "+tt.path, func(t *testing.T) {
				header := []string{"Content-Type", "application/json"}
				if form.host != "" {
					header = append(header, "Host", form.host)
				}
				a := request(t, tt.method, form.base+tt.path, tt.body, header...)
				if a.status != tt.status || !strings.HasPrefix(a.header.Get("Content-Type"), tt.contentType) || !regexp.MustCompile(tt.pattern).MatchString(a.body) {
					t.Errorf("got %d %v\n%s\nwant %d %s %s", a.status, a.header, a.body, tt.status, tt.contentType, tt.pattern)
				}
				if a.header.Get("X-Amzn-Requestid") == "" || a.header.Get("X-Amz-Apigw-Id") == "" {
					t.Errorf("no request ids in %v", a.header)
				}
			})
		}
	}
}

// TestExport serves a definition and its snapshot, and compares every answer.
func TestExport(t *testing.T) {
	definition := petstore(t)
	code, snapshot, stderr := run(t, nil, "export", definition, "--stage", "prod", "--var", "colour=red")
	if code != 0 || stderr != "" {
		t.Fatalf("export: exit code %d, stderr %s", code, stderr)
	}
	file := writeFile(t, "another-name.json", snapshot)
	if code, again, _ := run(t, nil, "export", file); code != 0 || again != snapshot {
		t.Errorf("a snapshot of the snapshot differs (exit code %d)", code)
	}
	one := serve(t, "--stage", "prod", "--var", "colour=red", definition)
	two := serve(t, file)
	requests := []struct{ method, path, body string }{
		{"GET", "/prod", ""},
		{"GET", "/prod/", ""},
		{"GET", "/prod/pets", ""},
		{"GET", "/prod/pets?type=dog&page=2", ""},
		{"GET", "/prod/pets/2", ""},
		{"GET", "/prod/pets/zwei", ""},
		{"POST", "/prod/pets", `{"type": "fish", "price": 1}`},
		{"POST", "/prod/pets", `{"type"`},
		{"OPTIONS", "/prod/pets/2", ""},
		{"PUT", "/prod/pets", "{}"},
		{"GET", "/dev/pets", ""},
		{"GET", "/_aws/execute-api/petstore/prod/pets/1", ""},
		{"GET", "/restapis/petstore/prod/_user_request_/pets/1", ""},
	}
	for _, r := range requests {
		a := stable(request(t, r.method, one.url+r.path, r.body, "Content-Type", "application/json"))
		b := stable(request(t, r.method, two.url+r.path, r.body, "Content-Type", "application/json"))
		if a != b {
			t.Errorf("%s %s: the definition answers\n%s\nthe snapshot answers\n%s", r.method, r.path, a, b)
		}
	}
}

// stable prints an answer without what differs from request to request.
func stable(a answer) string {
	var names []string
	for name := range a.header {
		switch name {
		case "Date", "X-Amzn-Requestid", "X-Amz-Apigw-Id", "X-Amzn-Trace-Id":
			a.header.Set(name, "...")
		}
		if strings.HasSuffix(name, "-Date") {
			a.header.Set(name, "...")
		}
		names = append(names, name)
	}
	slices.Sort(names)
	out := fmt.Sprintln(a.status)
	for _, n := range names {
		out += fmt.Sprintf("%s: %q\n", n, a.header[n])
	}
	return out + a.body
}

func TestRoutes(t *testing.T) {
	file := filepath.Join(root, "testdata/petstore/petstore.yaml")
	code, stdout, stderr := run(t, nil, "routes", file)
	if code != 0 || stderr != "" {
		t.Errorf("exit code %d, stderr %s", code, stderr)
	}
	compare(t, "routes.golden", stdout)
	_, stdout, _ = run(t, nil, "routes", "--format", "json", file)
	compare(t, "routes.json.golden", stdout)
}

func TestAdmin(t *testing.T) {
	t.Run("on the listener of the APIs", func(t *testing.T) {
		s := serve(t, "testdata/version.yaml")
		get(t, s.url+"/dev/version")
		if a := get(t, s.url+"/_sluice/health"); a.status != http.StatusOK {
			t.Errorf("health is %d %s", a.status, a.body)
		}
		if a := get(t, s.url+"/_sluice/metrics"); a.status != http.StatusOK || !strings.Contains(a.body, `api="version"`) || !strings.Contains(a.body, "go_goroutines") {
			t.Errorf("metrics are %d %s", a.status, a.body)
		}
	})
	t.Run("on a listener of its own", func(t *testing.T) {
		s := serve(t, "--admin-listen", "127.0.0.1:0", "testdata/version.yaml")
		m, _ := s.line(s.stdout, 0, `^admin on (http://\S+)/_sluice/health$`)
		if a := get(t, m[1]+"/_sluice/health"); a.status != http.StatusOK {
			t.Errorf("health is %d %s", a.status, a.body)
		}
		if a := get(t, m[1]+"/dev/version"); a.status == http.StatusOK {
			t.Errorf("the admin listener serves the API: %d %s", a.status, a.body)
		}
		if a := get(t, s.url+"/_sluice/health"); a.status != http.StatusForbidden {
			t.Errorf("the listener of the APIs answers admin paths: %d %s", a.status, a.body)
		}
	})
}

// TestEnvironment gives every flag as a variable.
func TestEnvironment(t *testing.T) {
	log := t.TempDir() + "/access.log"
	p := launch(t, "", []string{
		"SLUICE_LISTEN=127.0.0.1:0", "SLUICE_ADMIN_LISTEN=127.0.0.1:0", "SLUICE_STAGE=prod",
		"SLUICE_VAR=a=1;b=x,y", "SLUICE_WATCH=false", "SLUICE_ACCESS_LOG=" + log,
		"SLUICE_ACCESS_LOG_FORMAT=$context.requestId", "SLUICE_LOG_LEVEL=debug", "SLUICE_LOG_FORMAT=json", "SLUICE_ALL_ROUTES=true",
	}, sluiceBinary, "serve", "testdata/version.yaml")
	m, _ := p.line(p.stdout, 0, `^sluice: ready on (http://127\.0\.0\.1:[1-9]\d*)$`)
	if a := get(t, m[1]+"/prod/version"); a.status != http.StatusOK {
		t.Errorf("the answer is %d %s", a.status, a.body)
	}
	p.signal(15)
	p.wait()
	p.line(p.stderr, 0, `^\{.*"msg":"stopping".*\}$`)
	if strings.Count(read(t, log), "\n") != 1 {
		t.Errorf("the access log is %q", read(t, log))
	}
}

// TestProject serves the example of a project file.
func TestProject(t *testing.T) {
	s := serve(t, filepath.Join(root, "testdata/project/sluice.yaml"))
	for _, stage := range []string{"dev", "prod"} {
		if a := get(t, s.url+"/_aws/execute-api/greetings/"+stage+"/hello"); a.status != http.StatusOK || !strings.Contains(a.body, stage) {
			t.Errorf("%s answers %d %s", stage, a.status, a.body)
		}
	}
}
