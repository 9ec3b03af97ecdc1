package awsservice

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// fake is a server that verifies signatures from what it received, and speaks
// enough of the services' protocols to tell a right request from a wrong one.
type fake struct {
	*httptest.Server
	secrets map[string]Credentials // by access key

	mu       sync.Mutex
	messages []string          // of SQS and SNS
	items    []map[string]any  // of JSON services, with "_target"
	objects  map[string]string // of S3, by path, decoded
	assumed  []string
	expires  time.Duration // of assumed roles
}

func newFake(t testing.TB) *fake {
	f := &fake{
		secrets: map[string]Credentials{"AKIDEXAMPLE": {AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}},
		objects: map[string]string{}, expires: time.Hour,
	}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	service, err := f.verify(r, body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	switch service {
	case "s3":
		f.s3(w, r, body)
	case "sts":
		f.sts(w, r, body)
	case "sqs", "sns":
		if r.Header.Get("X-Amz-Target") == "" {
			f.queryProtocol(w, r, body)
			return
		}
		fallthrough
	default:
		f.jsonProtocol(w, r, body)
	}
}

// verify recomputes the signature. Servers differ in how they come to the
// canonical path: by encoding what arrived, or by decoding it before. Both must
// give what was signed.
func (f *fake) verify(r *http.Request, body []byte) (service string, err error) {
	rest, ok := strings.CutPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=")
	parts := strings.Split(rest, ", ")
	if !ok || len(parts) != 3 {
		return "", fmt.Errorf("authorization %q", r.Header.Get("Authorization"))
	}
	credential := strings.Split(parts[0], "/")
	names := strings.Split(strings.TrimPrefix(parts[1], "SignedHeaders="), ";")
	signature := strings.TrimPrefix(parts[2], "Signature=")
	if len(credential) != 5 || credential[4] != "aws4_request" {
		return "", fmt.Errorf("scope %q", parts[0])
	}
	keys, ok := f.secrets[credential[0]]
	if !ok || keys.SessionToken != r.Header.Get("X-Amz-Security-Token") {
		return "", fmt.Errorf("unknown access key %q or its token", credential[0])
	}
	date := r.Header.Get("X-Amz-Date")
	if at, err := time.Parse("20060102T150405Z", date); err != nil || time.Since(at).Abs() > 15*time.Minute || date[:8] != credential[1] {
		return "", fmt.Errorf("date %q", date)
	}
	if !slices.IsSorted(names) || !slices.Contains(names, "host") {
		return "", fmt.Errorf("signed headers %q", names)
	}
	for name := range r.Header {
		if n := strings.ToLower(name); strings.HasPrefix(n, "x-amz-") && !slices.Contains(names, n) {
			return "", fmt.Errorf("%s is not signed", name)
		}
	}
	service = credential[3]
	hash := hexOf(sum(body))
	if sent := r.Header.Get("X-Amz-Content-Sha256"); sent != hash && (sent != "" || service == "s3") {
		return "", fmt.Errorf("content hash %q", sent)
	}
	rawPath, rawQuery, _ := strings.Cut(r.RequestURI, "?")
	decoded, err := url.PathUnescape(rawPath)
	if err != nil {
		return "", err
	}
	paths := []string{rawPath, awsEscape(decoded, "/")}
	if service != "s3" {
		paths[0] = awsEscape(rawPath, "/")
		segments := strings.Split(rawPath, "/")
		for i := range segments {
			text, _ := url.PathUnescape(segments[i])
			segments[i] = awsEscape(awsEscape(text, ""), "")
		}
		paths[1] = strings.Join(segments, "/")
	}
	for _, path := range paths {
		var b strings.Builder
		fmt.Fprintf(&b, "%s\n%s\n%s\n", r.Method, path, canonicalQuery(rawQuery))
		for _, n := range names {
			values := r.Header.Values(n)
			if n == "host" {
				values = []string{r.Host}
			}
			for i := range values {
				values[i] = strings.Join(strings.Fields(values[i]), " ")
			}
			fmt.Fprintf(&b, "%s:%s\n", n, strings.Join(values, ","))
		}
		fmt.Fprintf(&b, "\n%s\n%s", strings.Join(names, ";"), hash)
		toSign := "AWS4-HMAC-SHA256\n" + date + "\n" + strings.Join(credential[1:], "/") + "\n" + hexOf(sum([]byte(b.String())))
		key := []byte("AWS4" + keys.SecretAccessKey)
		for _, part := range credential[1:] {
			key = mac(key, part)
		}
		if want := hexOf(mac(key, toSign)); want != signature {
			return "", fmt.Errorf("signature %s, want %s for\n%s", signature, want, b.String())
		}
	}
	return service, nil
}

func sum(b []byte) []byte {
	s := sha256.Sum256(b)
	return s[:]
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func awsEscape(s, keep string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"+keep, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func canonicalQuery(raw string) string {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return "?"
	}
	var list []string
	for k, vs := range values {
		for _, v := range vs {
			list = append(list, awsEscape(k, "")+"="+awsEscape(v, ""))
		}
	}
	slices.SortFunc(list, func(a, b string) int {
		return strings.Compare(strings.Replace(a, "=", "\x00", 1), strings.Replace(b, "=", "\x00", 1))
	})
	return strings.Join(list, "&")
}

// queryProtocol takes Action from the query or from a form. It answers JSON
// when asked for it, like SQS and SNS.
func (f *fake) queryProtocol(w http.ResponseWriter, r *http.Request, body []byte) {
	_, rawQuery, _ := strings.Cut(r.RequestURI, "?")
	values, _ := url.ParseQuery(rawQuery)
	if r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		for k, v := range form {
			values[k] = append(values[k], v...)
		}
	}
	action := values.Get("Action")
	text := values.Get("MessageBody") + values.Get("Message")
	if action != "SendMessage" && action != "Publish" || text == "" {
		http.Error(w, fmt.Sprintf("action %q", values), http.StatusBadRequest)
		return
	}
	f.messages = append(f.messages, r.URL.Path+" "+values.Get("Version")+" "+text)
	if r.Header.Get("Accept") == "application/json" {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"%sResponse":{}}`, action)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	fmt.Fprintf(w, `<%sResponse/>`, action)
}

func (f *fake) jsonProtocol(w http.ResponseWriter, r *http.Request, body []byte) {
	target := r.Header.Get("X-Amz-Target")
	switch target {
	case "DynamoDB_20120810.PutItem", "Kinesis_20131202.PutRecord", "AWSStepFunctions.StartExecution",
		"AWSEvents.PutEvents", "AmazonSSM.GetParameter", "AmazonSQS.SendMessage":
	default:
		w.WriteHeader(400)
		io.WriteString(w, `{"__type":"UnknownOperationException"}`)
		return
	}
	item := map[string]any{}
	if err := json.Unmarshal(body, &item); err != nil || r.RequestURI != "/" || r.Method != "POST" {
		w.WriteHeader(400)
		io.WriteString(w, `{"__type":"SerializationException"}`)
		return
	}
	item["_target"] = target
	item["_type"] = r.Header.Get("Content-Type")
	f.items = append(f.items, item)
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	io.WriteString(w, "{}")
}

func (f *fake) s3(w http.ResponseWriter, r *http.Request, body []byte) {
	raw, _, _ := strings.Cut(r.RequestURI, "?")
	path, _ := url.PathUnescape(raw)
	switch r.Method {
	case "PUT":
		f.objects[path] = string(body)
	case "GET":
		text, ok := f.objects[path]
		if !ok {
			w.WriteHeader(404)
			io.WriteString(w, "<Error><Code>NoSuchKey</Code></Error>")
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		io.WriteString(w, text)
	case "DELETE":
		delete(f.objects, path)
		w.WriteHeader(204)
	default:
		w.WriteHeader(405)
	}
}

func (f *fake) sts(w http.ResponseWriter, r *http.Request, body []byte) {
	form, err := url.ParseQuery(string(body))
	role := form.Get("RoleArn")
	if err != nil || form.Get("Action") != "AssumeRole" || form.Get("Version") != "2011-06-15" ||
		form.Get("RoleSessionName") == "" || strings.Contains(role, "forbidden") {
		w.WriteHeader(403)
		io.WriteString(w, `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not yours</Message></Error></ErrorResponse>`)
		return
	}
	f.assumed = append(f.assumed, role)
	n := len(f.assumed)
	c := Credentials{
		AccessKeyID: fmt.Sprintf("ASIA%d", n), SecretAccessKey: fmt.Sprintf("secret/%d", n), SessionToken: fmt.Sprintf("token+%d==", n),
		Expires: time.Now().Add(f.expires).UTC().Truncate(time.Second),
	}
	f.secrets[c.AccessKeyID] = c
	type credentials struct {
		AccessKeyId, SecretAccessKey, SessionToken string
		Expiration                                 time.Time
	}
	out, _ := xml.Marshal(struct {
		XMLName xml.Name    `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleResponse"`
		C       credentials `xml:"AssumeRoleResult>Credentials"`
	}{C: credentials{c.AccessKeyID, c.SecretAccessKey, c.SessionToken, c.Expires}})
	w.Write(out)
}
