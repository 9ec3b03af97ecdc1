package endpoint

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"sluice/lambda"
)

const (
	// maxMessage bounds what is read of a refusal, in bytes.
	maxMessage    = 64 << 10
	defaultRegion = "us-east-1"
	idleConns     = 256
)

// Options say where the endpoint is.
type Options struct {
	// URL is the endpoint, http or https; a path in it is kept.
	URL string
	// Region is what requests are signed for, unless the function's ARN names one.
	Region string
	// RemoteName replaces the function's name at the endpoint; may be empty.
	RemoteName string
	// Credentials sign the requests.
	Credentials aws.CredentialsProvider
}

// Function calls functions at an endpoint. It implements lambda.Invoker, for one
// function or, without a remote name, for any.
type Function struct {
	base        string
	path        string
	official    bool
	region      string
	remote      lambda.Reference
	credentials aws.CredentialsProvider
	signer      *v4.Signer
	client      *http.Client
	transport   *http.Transport
}

// New makes a Function. It does not connect.
func New(o Options) (*Function, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%q is not an http or https URL", o.URL)
	}
	f := &Function{
		base:        u.Scheme + "://" + u.Host,
		path:        strings.TrimSuffix(u.EscapedPath(), "/") + "/2015-03-31/functions/",
		official:    isOfficial(u.Hostname()),
		region:      o.Region,
		credentials: o.Credentials,
		signer:      v4.NewSigner(),
		transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout:   10 * time.Second,
			MaxIdleConns:          idleConns,
			MaxIdleConnsPerHost:   idleConns,
			IdleConnTimeout:       60 * time.Second,
			DisableCompression:    true,
			ExpectContinueTimeout: time.Second,
		},
	}
	if f.region == "" {
		f.region = defaultRegion
	}
	if o.RemoteName != "" {
		if f.remote, err = lambda.ParseReference(o.RemoteName); err != nil {
			return nil, err
		}
	}
	f.client = &http.Client{
		Transport:     f.transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return f, nil
}

// isOfficial tells whether the endpoint is the service itself, which finds
// functions of other accounts by their ARN. Local runtimes know names only.
func isOfficial(host string) bool {
	return strings.HasSuffix(host, ".amazonaws.com") || strings.HasSuffix(host, ".amazonaws.com.cn")
}

// Invoke calls the function at the endpoint.
func (f *Function) Invoke(ctx context.Context, inv *lambda.Invocation) (*lambda.Result, error) {
	if err := inv.CheckSize(); err != nil {
		return nil, err
	}
	if !inv.Deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, inv.Deadline)
		defer cancel()
	}
	req, err := f.request(ctx, inv)
	if err != nil {
		return nil, f.failure(ctx, inv, "the request cannot be made", err)
	}
	res, err := f.client.Do(req)
	if err != nil {
		return nil, f.failure(ctx, inv, "no answer from "+f.base, unwrapURL(err))
	}
	defer res.Body.Close()
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return nil, refusal(inv, res)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, lambda.MaxAnswer+1))
	if err != nil {
		return nil, f.failure(ctx, inv, "the answer broke off", err)
	}
	if len(body) > lambda.MaxAnswer {
		return nil, &lambda.Error{
			Kind: lambda.KindTooLarge, Function: inv.Function.Name, Status: res.StatusCode,
			Message: "the endpoint answered with more bytes than the service would",
		}
	}
	id := res.Header.Get("x-amzn-RequestId")
	if id == "" {
		id = strings.Clone(inv.RequestID)
	}
	return &lambda.Result{
		Payload:         body,
		FunctionError:   res.Header.Get("X-Amz-Function-Error"),
		RequestID:       id,
		ExecutedVersion: res.Header.Get("X-Amz-Executed-Version"),
		StatusCode:      res.StatusCode,
	}, nil
}

// request makes the signed request.
func (f *Function) request(ctx context.Context, inv *lambda.Invocation) (*http.Request, error) {
	ref := inv.Function
	qualifier := ref.Qualifier
	if f.remote.Name != "" {
		ref = f.remote
		if ref.Qualifier != "" {
			qualifier = ref.Qualifier
		}
	}
	name := ref.Name
	if f.official && ref.ARN != "" {
		name = ref.ARN
	}
	address := f.base + f.path + strings.ReplaceAll(name, ":", "%3A") + "/invocations"
	if qualifier != "" {
		address += "?Qualifier=" + url.QueryEscape(qualifier)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(inv.Payload))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	kind := "RequestResponse"
	if inv.Async {
		kind = "Event"
	}
	req.Header.Set("X-Amz-Invocation-Type", kind)
	if inv.TraceID != "" {
		req.Header.Set("X-Amzn-Trace-Id", inv.TraceID)
	}
	found, err := f.credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	region := ref.Region()
	if region == "" {
		region = f.region
	}
	sum := sha256.Sum256(inv.Payload)
	err = f.signer.SignHTTP(ctx, found, req, hex.EncodeToString(sum[:]), "lambda", region, time.Now())
	if err != nil {
		return nil, err
	}
	return req, nil
}

// failure is the error for an invocation that got no answer.
func (f *Function) failure(ctx context.Context, inv *lambda.Invocation, message string, err error) error {
	if ctx.Err() != nil {
		return lambda.Left(inv.Function, ctx)
	}
	return &lambda.Error{Kind: lambda.KindFailed, Function: inv.Function.Name, Message: message, Err: err}
}

// unwrapURL takes away what the client puts around an error: method and address.
func unwrapURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// refusal is the error for a status that is none of success.
func refusal(inv *lambda.Invocation, res *http.Response) error {
	e := &lambda.Error{Kind: lambda.KindFailed, Function: inv.Function.Name, Status: res.StatusCode}
	switch res.StatusCode {
	case http.StatusNotFound:
		e.Kind = lambda.KindUnknownFunction
	case http.StatusTooManyRequests:
		e.Kind = lambda.KindThrottled
	case http.StatusRequestEntityTooLarge:
		e.Kind = lambda.KindTooLarge
	}
	// The header may be followed by a colon and more.
	e.Type, _, _ = strings.Cut(res.Header.Get("X-Amzn-ErrorType"), ":")
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxMessage))
	var told struct {
		Type    string
		Message string // of either spelling
	}
	if json.Unmarshal(body, &told) == nil {
		e.Message = told.Message
		if e.Type == "" && !strings.EqualFold(told.Type, "User") && !strings.EqualFold(told.Type, "Service") {
			e.Type = told.Type
		}
	}
	return e
}

// Close closes idle connections.
func (f *Function) Close() error {
	f.transport.CloseIdleConnections()
	return nil
}
