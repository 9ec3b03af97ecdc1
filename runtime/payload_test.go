package runtime

import (
	"testing"

	"sluice/api"
)

// TestInvalidUTF8 has what Java's decoder makes of bytes that are no UTF-8.
func TestInvalidUTF8(t *testing.T) {
	const bad = "\uFFFD"
	for in, want := range map[string]string{
		"":                      "",
		"plain é € 𝄞":           "plain é € 𝄞",
		"\x89PNG\r\n":           bad + "PNG\r\n",
		"\xff\xd8\xff\xe0":      bad + bad + bad + bad,
		"\x80\xbf":              bad + bad,
		"a\xc3":                 "a" + bad,
		"\xc3a":                 bad + "a",
		"\xc0\xaf":              bad + bad,
		"\xe2\x82":              bad,
		"\xe2\x82a":             bad + "a",
		"\xe2\x82\xe2\x82\xac":  bad + "€",
		"\xe0\x80\x80":          bad + bad + bad,
		"\xed\xa0\x80":          bad + bad + bad,
		"\xf0\x9d\x84":          bad,
		"\xf0\x9d\x84x":         bad + "x",
		"\xf0\x80\x80\x80":      bad + bad + bad + bad,
		"\xf4\x90\x80\x80":      bad + bad + bad + bad,
		"\xf5\x80\x80\x80":      bad + bad + bad + bad,
		"\xf8\x88\x80\x80\x80z": bad + bad + bad + bad + bad + "z",
		"real \uFFFD stays":     "real \uFFFD stays",
	} {
		if got := string(appendValidUTF8(nil, []byte(in))); got != want {
			t.Errorf("%q is read as %q, want %q", in, got, want)
		}
	}
}

// TestEmptyTemplates: a template without text stands for its content type and
// leaves the body alone.
func TestEmptyTemplates(t *testing.T) {
	be := startBackend(t, reply200("application/json", `{"from":"backend"}`))
	b := newAPI()
	in := httpIntegration(api.IntegrationHTTP, "POST", "http://"+be.addr+"/")
	in.PassthroughBehavior = api.PassthroughNever
	in.RequestTemplates = map[string]string{"application/json": "", "text/plain": "T"}
	in.IntegrationResponses["200"].ResponseTemplates = map[string]string{"application/json": "", "application/xml": "<x/>"}
	b.method("POST", "/x", in)
	r := b.start(t)
	for _, c := range []struct {
		contentType, accept string
		status              int
		sent, got           string
	}{
		{"", "", 200, "body", `{"from":"backend"}`},
		{"application/json; charset=utf-8", "application/json", 200, "body", `{"from":"backend"}`},
		{"text/plain", "application/xml, application/json", 200, "T", "<x/>"},
		{"TEXT/Plain ;q=1", "image/png", 200, "T", `{"from":"backend"}`},
		{"text/html", "", 415, "", `{"message":"Unsupported Media Type"}`},
	} {
		var header []string
		if c.contentType != "" {
			header = append(header, "Content-Type: "+c.contentType)
		}
		if c.accept != "" {
			header = append(header, "Accept: "+c.accept)
		}
		a := r.send("POST", "/dev/x", "body", header...)
		if a.status != c.status || a.body != c.got || c.sent != "" && be.last(t).body != c.sent {
			t.Errorf("%q, Accept %q: %d %q, sent %q", c.contentType, c.accept, a.status, a.body, be.last(t).body)
		}
	}
}
