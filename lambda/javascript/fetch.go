package javascript

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/dop251/goja"
)

const (
	// maxFetched bounds the body of an answer, in bytes.
	maxFetched = 16 << 20
	// maxFetches bounds the fetches of an invocation that are under way.
	maxFetches = 64
	// maxRedirects is that of the Fetch standard.
	maxRedirects = 20
	// maxHeader bounds the header of an answer, in bytes.
	maxHeader = 1 << 20
)

// network is how a function reaches the network.
type network struct {
	transport *http.Transport
}

func newNetwork() *network {
	return &network{&http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        60 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: maxHeader,
	}}
}

func (n *network) close() { n.transport.CloseIdleConnections() }

// errRedirect means that redirect is "error" and there was one.
var errRedirect = errors.New("unexpected redirect")

// fetch is behind the global of that name: (method, url, flat header list, body or
// null, redirect mode, onabort registration). It returns a promise of the raw
// parts of the answer.
func (m *machine) fetch(c goja.FunctionCall) goja.Value {
	promise, resolve, reject := m.vm.NewPromise()
	fail := func(why string) goja.Value {
		_ = reject(m.newError("TypeError", "fetch failed: "+why))
		return m.vm.ToValue(promise)
	}
	if m.loop.pending >= maxFetches {
		return fail("too many requests under way")
	}
	method, address := c.Argument(0).String(), c.Argument(1).String()
	var body io.Reader
	if b := c.Argument(3); !goja.IsNull(b) && !goja.IsUndefined(b) {
		// The VM may change its buffer while the request is under way.
		body = bytes.NewReader(bytes.Clone(m.bytes(b)))
	}
	ctx, cancel := context.WithCancel(m.invocation())
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		cancel()
		return fail(err.Error())
	}
	if s := req.URL.Scheme; s != "http" && s != "https" {
		cancel()
		return fail("unsupported scheme " + s)
	}
	var fields []string
	if err := m.vm.ExportTo(c.Argument(2), &fields); err != nil {
		cancel()
		return fail(err.Error())
	}
	for i := 0; i+1 < len(fields); i += 2 {
		if strings.EqualFold(fields[i], "host") {
			req.Host = fields[i+1]
			continue
		}
		req.Header.Add(fields[i], fields[i+1])
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "node")
	}
	if register, ok := goja.AssertFunction(c.Argument(5)); ok {
		_, err := register(goja.Undefined(), m.vm.ToValue(func(goja.FunctionCall) goja.Value {
			cancel()
			return goja.Undefined()
		}))
		if err != nil {
			cancel()
			return fail(err.Error())
		}
	}
	mode := c.Argument(4).String()
	m.later(func() func() {
		defer cancel()
		got, err := m.fn.network.do(req, mode)
		return func() {
			if err != nil {
				e := m.newError("TypeError", "fetch failed")
				_ = e.Set("cause", m.newError("Error", err.Error()))
				_ = reject(e)
				return
			}
			_ = resolve(m.fetched(got))
		}
	})
	return m.vm.ToValue(promise)
}

// fetched is an answer before it gets into the VM.
type fetched struct {
	status     int
	text       string
	url        string
	redirected bool
	header     []string
	body       []byte
}

func (n *network) do(req *http.Request, mode string) (*fetched, error) {
	redirected := false
	client := http.Client{
		Transport: n.transport,
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			switch {
			case mode == "manual":
				return http.ErrUseLastResponse
			case mode == "error":
				return errRedirect
			case len(via) > maxRedirects:
				return errors.New("redirect count exceeded")
			}
			redirected = true
			return nil
		},
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxFetched+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxFetched {
		return nil, errors.New("the answer is too large")
	}
	got := &fetched{status: res.StatusCode, url: res.Request.URL.String(), redirected: redirected, body: body}
	_, got.text, _ = strings.Cut(res.Status, " ")
	for name, values := range res.Header {
		for _, v := range values {
			got.header = append(got.header, strings.ToLower(name), v)
		}
	}
	return got, nil
}

func (m *machine) fetched(f *fetched) goja.Value {
	o := m.vm.NewObject()
	_ = o.Set("status", f.status)
	_ = o.Set("statusText", f.text)
	_ = o.Set("url", f.url)
	_ = o.Set("redirected", f.redirected)
	header := make([]any, len(f.header))
	for i, s := range f.header {
		header[i] = s
	}
	_ = o.Set("headers", m.vm.NewArray(header...))
	_ = o.Set("body", m.vm.NewArrayBuffer(f.body))
	return o
}
