package e2e

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// apiStage is a stage as the control plane shows it.
type apiStage struct {
	StageName string            `json:"stageName"`
	Variables map[string]string `json:"variables"`
}

// TestImportedServesTheSame imports each definition of the repository into the process
// that serves it from its file: what is deployed answers every route as the file does.
func TestImportedServesTheSame(t *testing.T) {
	seen := 0
	for _, pattern := range []string{"testdata/*/*.yaml", "testdata/*/*.json", "openapi/testdata/cases/*.*"} {
		files, err := filepath.Glob(root + "/" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			src := read(t, file)
			if strings.Contains(file, "/broken/") || strings.Contains(file, "/large/") || !strings.Contains(src, "paths") {
				continue
			}
			seen++
			t.Run(strings.TrimPrefix(file, root+"/"), func(t *testing.T) {
				t.Parallel()
				servesTheSame(t, file, src)
			})
		}
	}
	if seen < 10 {
		t.Fatalf("only %d definitions found", seen)
	}
}

func servesTheSame(t *testing.T, file, src string) {
	served := file
	switch name := filepath.Base(filepath.Dir(file)); name {
	case "authorizers", "functions", "services": // with what stands behind them
		served = copyOf(t, name) + "/sluice.yaml"
	}
	s := serve(t, "--ephemeral", served)
	var stages struct{ Item []apiStage }
	id := fileAPI(t, s, file)
	decode(t, control(t, s.url, "GET", "/restapis/"+id+"/stages", "", 200), &stages)
	var imported struct{ ID string }
	decode(t, control(t, s.url, "POST", "/restapis?mode=import", src, 201), &imported)
	var resources struct {
		Item []struct {
			Path            string
			ResourceMethods map[string]any
		}
	}
	decode(t, control(t, s.url, "GET", "/restapis/"+imported.ID+"/resources?limit=500&embed=methods", "", 200), &resources)
	sent := 0
	for _, stage := range stages.Item {
		body, err := json.Marshal(stage)
		if err != nil {
			t.Fatal(err)
		}
		control(t, s.url, "POST", "/restapis/"+imported.ID+"/deployments", string(body), 201)
		for _, r := range resources.Item {
			if unhurried.MatchString(r.Path) {
				continue
			}
			path := pathParameter.ReplaceAllString(greedyParameter.ReplaceAllString(r.Path, "a/b"), "7")
			for verb := range r.ResourceMethods {
				for _, shot := range [][]string{
					{verb, ""},
					{verb, `{"name":"Rex","type":"dog","id":1}`, "Content-Type", "application/json", "Authorization", "token", "X-Api-Key", "key"},
					{verb, "<a/>", "Content-Type", "text/xml", "Accept", "image/png"},
				} {
					if shot[0] == "ANY" {
						shot[0] = "PATCH"
					}
					sent++
					target := "/" + stage.StageName + path + "?q=1&q=2"
					want := request(t, shot[0], s.url+"/_aws/execute-api/"+id+target, shot[1], shot[2:]...).told(id)
					if got := request(t, shot[0], s.url+"/_aws/execute-api/"+imported.ID+target, shot[1], shot[2:]...).told(imported.ID); got != want {
						t.Errorf("%s %s %q\n got %s\nwant %s", shot[0], target, shot[1], got, want)
					}
				}
			}
		}
	}
	if sent == 0 {
		t.Error("nothing was asked for")
	}
}

var (
	greedyParameter = regexp.MustCompile(`\{[^{}]+\+\}`)
	pathParameter   = regexp.MustCompile(`\{[^{}]+\}`)

	// unhurried are the paths of functions that take their time; there are tests of
	// theirs.
	unhurried = regexp.MustCompile(`^/(slow|loop|hoard|busy|crash)`)

	// volatile is what differs between two answers to the same request.
	volatile = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|1-[0-9a-f]{8}-[0-9a-f]{24}|Parent=[0-9a-f]{16}|"integrationLatency":\d+`)
)

// told is an answer less what differs from one request to the next, and from one API
// to another.
func (a answer) told(apiID string) string {
	var header []string
	for name, values := range a.header {
		switch name {
		case "Date", "X-Amzn-Requestid", "X-Amz-Apigw-Id", "X-Amzn-Trace-Id":
			values = []string{"..."}
		case "Content-Length":
			// It counts the digits of what is volatile, too: hold it to its own body.
			if slices.Equal(values, []string{strconv.Itoa(len(a.body))}) {
				values = []string{"that of the body"}
			}
		}
		header = append(header, name+": "+strings.Join(values, ", "))
	}
	slices.Sort(header)
	text := http.StatusText(a.status) + "\n" + strings.Join(header, "\n") + "\n\n" + a.body
	return volatile.ReplaceAllString(strings.ReplaceAll(text, apiID, "{api}"), "{id}")
}

// fileAPI is the id of the API that comes from a file.
func fileAPI(t *testing.T, s *server, file string) string {
	t.Helper()
	var apis struct{ Item []struct{ ID, Name string } }
	decode(t, control(t, s.url, "GET", "/restapis?limit=500", "", 200), &apis)
	if len(apis.Item) != 1 {
		t.Fatalf("%s serves %v", file, apis.Item)
	}
	return apis.Item[0].ID
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}
