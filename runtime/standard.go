package runtime

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"sluice/runtime/edge"
)

// standardRequest makes a request of net/http's that shares nothing with q.
func standardRequest(q *edge.Request) (*http.Request, error) {
	target := string(q.Path)
	if len(q.Query) > 0 {
		target += "?" + string(q.Query)
	}
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return nil, err
	}
	r := &http.Request{
		Method: strings.Clone(q.Method), URL: u, RequestURI: target,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Host: strings.Clone(q.Host), RemoteAddr: q.RemoteAddr().String(), TLS: q.TLS(),
		Header: make(http.Header, len(q.Header)),
	}
	for i := range q.Header {
		p := &q.Header[i]
		if identifyHeader(p.Name) == hdrHost {
			continue // net/http has it in Host alone
		}
		r.Header.Add(strings.Clone(p.Name), strings.Clone(p.Value))
	}
	body := bytes.Clone(q.Body)
	r.ContentLength = int64(len(body))
	r.Body = http.NoBody
	if len(body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return r, nil
}

// collectedAnswer collects what a handler of net/http's answers.
type collectedAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *collectedAnswer) Header() http.Header { return w.header }

func (w *collectedAnswer) WriteHeader(status int) {
	if w.status == 0 && status >= 200 { // 1xx are of no use to a client that waits for one answer
		w.status = status
	}
}

func (w *collectedAnswer) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// send writes the answer. Names keep the spelling that they have in the header.
func (w *collectedAnswer) send(a *edge.Answer) {
	w.WriteHeader(http.StatusOK)
	a.SetStatus(w.status)
	names := make([]string, 0, len(w.header))
	for name := range w.header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, v := range w.header[name] {
			switch id := identifyHeader(name); {
			case !validHeaderName(name) || !validHeaderValue(v):
			case id == hdrContentLength || id == hdrTransferEncoding || id == hdrConnection || id == hdrDate:
				// the connection's, not the handler's
			case id == hdrContentType:
				a.SetContentType(v)
			default:
				a.Add(name, v)
			}
		}
	}
	a.SetBody(w.body.Bytes())
}
