package sdk

import (
	"archive/zip"
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"sort"
	"strings"
	"time"

	"sluice/api"
)

// Request says which SDK is generated.
type Request struct {
	Type       string
	Parameters map[string]string
	Snapshot   *api.Snapshot
	Stage      string
	Region     string
	InvokeURL  string    // address of the stage; "": that of the service's execute-api endpoint
	Now        time.Time // stands in the name of the zip
}

// BadRequest is an SDK that is refused; its text is the message.
type BadRequest struct{ Message string }

func (e *BadRequest) Error() string { return e.Message }

// Generate makes the zip of an SDK. fileName is what the service's
// Content-Disposition calls it. The error is a *BadRequest.
func Generate(r Request) (content []byte, fileName string, err error) {
	t, ok := Find(r.Type)
	if !ok {
		return nil, "", &BadRequest{"No SDK generator for type '" + r.Type + "'"}
	}
	if name := t.missing(r.Parameters); name != "" {
		return nil, "", &BadRequest{"Missing required parameter '" + name + "' for SDK type '" + t.ID + "'"}
	}
	if t.ID != JavaScript {
		return nil, "", &BadRequest{"SDK type '" + t.ID + "' is not supported; supported is " + JavaScript}
	}
	if r.InvokeURL == "" {
		domain := ".amazonaws.com/"
		if strings.HasPrefix(r.Region, "cn-") {
			domain = ".amazonaws.com.cn/"
		}
		r.InvokeURL = "https://" + r.Snapshot.RestApi.ID + ".execute-api." + r.Region + domain + r.Stage
	}
	content, err = r.javaScript()
	if err != nil {
		return nil, "", err
	}
	return content, t.ID + "_" + r.Now.UTC().Format("2006-01-02_15-04Z") + ".zip", nil
}

//go:embed javascript
var javaScriptFiles embed.FS

// root is the folder of the zip.
const root = "apiGateway-js-sdk/"

func (r Request) javaScript() ([]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(javaScriptFiles, "javascript", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files[strings.TrimPrefix(name, "javascript/")], err = javaScriptFiles.ReadFile(name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the parts of the SDK: %w", err)
	}
	functions := calls(r.Snapshot)
	client := files["apigClient.js"]
	delete(files, "apigClient.js")
	if len(functions) > 0 {
		// Without a method that has a verb there is no client (developer guide).
		text := strings.Replace(string(client), "/*INVOKE_URL*/''", literal(r.InvokeURL), 1)
		text = strings.Replace(text, "/*REGION*/''", literal(r.Region), 1)
		files["apigClient.js"] = []byte(strings.Replace(text, "/*METHODS*/{}", methods(functions), 1))
	}
	files["README.md"] = []byte(strings.Replace(string(files["README.md"]), "{{methods}}", listed(functions), 1))
	return archive(files, r.Now)
}

// method describes a function to the client: which parameters go where.
type method struct {
	Verb     string   `json:"verb"`
	Path     string   `json:"path"`
	PathIn   []string `json:"pathParams"`
	Query    []string `json:"queryParams"`
	Headers  []string `json:"headerParams"`
	Required []string `json:"required"`
}

// methods is the object of all functions.
func methods(functions []call) string {
	var b strings.Builder
	b.WriteString("{")
	for i, f := range functions {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n    " + literal(f.name) + ": " + literal(describe(f)))
	}
	return b.String() + "\n  }"
}

func describe(f call) method {
	m := method{Verb: f.method.HTTPMethod, Path: f.resource.Path, PathIn: []string{}, Query: []string{}, Headers: []string{}, Required: []string{}}
	for part := range strings.SplitSeq(f.resource.Path, "/") {
		if strings.HasPrefix(part, "{") && strings.HasSuffix(part, "}") {
			name := strings.TrimSuffix(part[1:len(part)-1], "+")
			m.PathIn, m.Required = append(m.PathIn, name), append(m.Required, name)
		}
	}
	names := make([]string, 0, len(f.method.RequestParameters))
	for full := range f.method.RequestParameters {
		names = append(names, full)
	}
	sort.Strings(names)
	for _, full := range names {
		kind, name, _ := strings.Cut(strings.TrimPrefix(full, "method.request."), ".")
		switch kind {
		case "querystring", "multivaluequerystring":
			m.Query = append(m.Query, name)
		case "header", "multivalueheader":
			m.Headers = append(m.Headers, name)
		default:
			continue
		}
		if f.method.RequestParameters[full] {
			m.Required = append(m.Required, name)
		}
	}
	return m
}

// literal writes a value as JavaScript: JSON with <, >, & and line separators
// escaped.
func literal(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "null" // texts and lists of texts always marshal
	}
	return string(b)
}

// listed are the functions as lines of a Markdown list.
func listed(functions []call) string {
	if len(functions) == 0 {
		return "The API has no method with a verb of its own, so there is no `apigClient.js`.\n"
	}
	var b strings.Builder
	for _, f := range functions {
		b.WriteString("- `" + f.name + "(params, body, additionalParams)`: " + f.method.HTTPMethod + " `" + f.resource.Path + "`\n")
	}
	return b.String()
}

func archive(files map[string][]byte, now time.Time) ([]byte, error) {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range names {
		w, err := z.CreateHeader(&zip.FileHeader{Name: root + name, Method: zip.Deflate, Modified: now.UTC()})
		if err == nil {
			_, err = w.Write(files[name])
		}
		if err != nil {
			return nil, fmt.Errorf("write %s of the SDK: %w", name, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("write the SDK: %w", err)
	}
	return out.Bytes(), nil
}
