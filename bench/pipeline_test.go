package bench

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"

	"sluice/api"
	"sluice/runtime"
)

// discardLog is an access log that formats and counts, as in production, but
// keeps nothing.
type discardLog struct{}

func (discardLog) Log([]byte) {}

const accessLogFormat = `$context.identity.sourceIp - - [$context.requestTime] "$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength $context.requestId`

// listen serves with serve on a loopback port until the benchmark ends.
func listen(b testing.TB, serve func(net.Listener) error) string {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go serve(ln) //nolint:errcheck // ends with the listener
	b.Cleanup(func() { ln.Close() })
	return ln.Addr().String()
}

// sluice serves one API on a loopback port.
func sluice(b testing.TB, resources ...*api.Resource) string {
	b.Helper()
	return listen(b, newGateway(b, resources...).Serve)
}

// newGateway makes a gateway of one API with an access log and metrics on, as
// users run it.
func newGateway(b testing.TB, resources ...*api.Resource) *runtime.Gateway {
	b.Helper()
	return gatewayOf(b, runtime.Options{}, &api.Stage{StageName: "dev"}, resources...)
}

// gatewayOf is newGateway with options, and a stage that is called dev.
func gatewayOf(b testing.TB, o runtime.Options, stage *api.Stage, resources ...*api.Resource) *runtime.Gateway {
	b.Helper()
	o.AccessLog = discardLog{}
	g, err := runtime.New(o)
	if err != nil {
		b.Fatal(err)
	}
	s, problems := g.Compile(runtime.Deployment{
		Snapshot:        &api.Snapshot{DeploymentID: "bench1", RestApi: api.RestApi{ID: "bench"}, Resources: resources},
		Stage:           stage,
		AccessLogFormat: accessLogFormat,
	})
	if problems.Fatal() {
		b.Fatal(problems)
	}
	g.Replace([]*runtime.Stage{s})
	return g
}

func resource(path string, verb string, in *api.Integration) *api.Resource {
	return &api.Resource{ID: "r" + strconv.Itoa(len(path)), Path: path, ResourceMethods: map[string]*api.Method{
		verb: {HTTPMethod: verb, MethodIntegration: in, MethodResponses: map[string]*api.MethodResponse{"200": {StatusCode: "200"}}},
	}}
}

func mock(response string) *api.Integration {
	return &api.Integration{
		Type: api.IntegrationMock, RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`},
		IntegrationResponses: map[string]*api.IntegrationResponse{
			"200": {StatusCode: "200", ResponseTemplates: map[string]string{"application/json": response}},
		},
	}
}

var kilobyte = strings.Repeat("x", 1024)

// upstream answers every request with one kilobyte.
func upstream(b *testing.B) string {
	body := []byte(kilobyte)
	s := &fasthttp.Server{NoDefaultServerHeader: true, Handler: func(ctx *fasthttp.RequestCtx) {
		ctx.SetContentType("application/json")
		ctx.Response.SetBodyRaw(body)
	}}
	return listen(b, s.Serve)
}

// drive sends the same request over and over on each of the parallel connections
// and reads the answers. It allocates nothing itself, so that allocs/op is the
// server's alone (and the upstream's).
func drive(b *testing.B, addr, request string) {
	b.Helper()
	b.ReportAllocs()
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			b.Error(err)
			return
		}
		defer c.Close()
		br := bufio.NewReaderSize(c, 16<<10)
		msg := []byte(request)
		for pb.Next() {
			if _, err := c.Write(msg); err != nil {
				b.Error(err)
				return
			}
			if err := readAnswer(br); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
}

var contentLength = []byte("Content-Length: ")

// readAnswer reads one 200 answer with a Content-Length.
func readAnswer(br *bufio.Reader) error {
	length, first := 0, true
	for {
		line, err := br.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first {
			if !bytes.HasPrefix(line, []byte("HTTP/1.1 200")) {
				return io.ErrUnexpectedEOF
			}
			first = false
		}
		if len(line) == 2 {
			break
		}
		if bytes.HasPrefix(line, contentLength) {
			for _, d := range line[len(contentLength) : len(line)-2] {
				length = length*10 + int(d-'0')
			}
		}
	}
	_, err := br.Discard(length)
	return err
}

const browserHeaders = "Host: localhost\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: application/json\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: en\r\n"

// bareServer is the yardstick of MOCK: a fasthttp server that answers a constant.
func bareServer() *fasthttp.Server {
	body := []byte(`{"hello":"world"}`)
	return &fasthttp.Server{NoDefaultServerHeader: true, Handler: func(ctx *fasthttp.RequestCtx) {
		ctx.SetContentType("application/json")
		ctx.Response.SetBodyRaw(body)
	}}
}

func BenchmarkBareServer(b *testing.B) {
	drive(b, listen(b, bareServer().Serve), "GET /dev/hello HTTP/1.1\r\n"+browserHeaders+"\r\n")
}

func BenchmarkMock(b *testing.B) {
	addr := sluice(b, resource("/hello", "GET", mock(`{"hello":"world"}`)))
	drive(b, addr, "GET /dev/hello HTTP/1.1\r\n"+browserHeaders+"\r\n")
}

func BenchmarkMockTemplate(b *testing.B) {
	addr := sluice(b, resource("/hello", "GET", mock(`{"hello":"$input.params('name')","id":"$context.requestId"}`)))
	drive(b, addr, "GET /dev/hello?name=world HTTP/1.1\r\n"+browserHeaders+"\r\n")
}

// bareProxy is the yardstick of HTTP_PROXY: a reverse proxy in a dozen lines of
// fasthttp.
func bareProxy(upstream string) *fasthttp.Server {
	client := &fasthttp.HostClient{Addr: upstream}
	return &fasthttp.Server{NoDefaultServerHeader: true, Handler: func(ctx *fasthttp.RequestCtx) {
		ctx.Request.Header.Del("Connection")
		if err := client.Do(&ctx.Request, &ctx.Response); err != nil {
			ctx.SetStatusCode(fasthttp.StatusBadGateway)
		}
		ctx.Response.Header.Del("Connection")
	}}
}

func BenchmarkBareProxy(b *testing.B) {
	drive(b, listen(b, bareProxy(upstream(b)).Serve), "GET /dev/hello HTTP/1.1\r\n"+browserHeaders+"\r\n")
}

func BenchmarkHTTPProxy(b *testing.B) {
	addr := sluice(b, resource("/hello", "GET", &api.Integration{
		Type: api.IntegrationHTTPProxy, HTTPMethod: "GET", URI: "http://" + upstream(b) + "/hello",
	}))
	drive(b, addr, "GET /dev/hello HTTP/1.1\r\n"+browserHeaders+"\r\n")
}

func BenchmarkHTTPProxyPost(b *testing.B) {
	addr := sluice(b, resource("/hello", "POST", &api.Integration{
		Type: api.IntegrationHTTPProxy, HTTPMethod: "POST", URI: "http://" + upstream(b) + "/hello",
	}))
	drive(b, addr, "POST /dev/hello HTTP/1.1\r\n"+browserHeaders+"Content-Type: application/json\r\nContent-Length: 1024\r\n\r\n"+kilobyte)
}
