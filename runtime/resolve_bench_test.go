package runtime

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"sluice/runtime/edge"
)

func itoa(n int) string { return strconv.Itoa(n) }

// BenchmarkResolve shows what the resolve step costs with many stages and domains.
func BenchmarkResolve(b *testing.B) {
	for _, n := range []int{1, 1000, 10000} {
		for _, domains := range []int{0, 1, 10000} {
			g, err := New(Options{})
			if err != nil {
				b.Fatal(err)
			}
			list := make([]Publication, n)
			for i := range list {
				api := simpleAPI("api"+itoa(i), "x")
				s, problems := g.Compile(Deployment{Snapshot: api.snapshot, Stage: api.stage})
				if problems.Fatal() {
					b.Fatal(problems)
				}
				list[i] = Publication{APIID: s.apiID, Stage: s.name, Compiled: s}
			}
			g.Publish(list...)
			g.SetDomains(domainsWith(domains))
			for _, c := range []struct{ name, host, path string }{
				{"host", "api0.execute-api.us-east-1.amazonaws.com", "/dev/x"},
				{"path", "localhost", "/_aws/execute-api/api0/dev/x"},
				{"user", "localhost", "/restapis/api0/dev/_user_request_/x"},
				{"domain", "d0.example.com", "/v1/x"},
				{"Domain", "D0.Example.com", "/v1/x"},
			} {
				if domains == 0 && c.path == "/v1/x" {
					continue
				}
				b.Run(fmt.Sprintf("stages=%d/domains=%d/%s", n, domains, c.name), func(b *testing.B) {
					x := acquireExchange(g, &edge.Request{Path: []byte(c.path)}, new(edge.Answer))
					defer x.release()
					b.ReportAllocs()
					for b.Loop() {
						if f := x.resolve(c.host); f != nil {
							b.Fatal(f.message)
						}
						x.scope.Arena = x.scope.Arena[:0]
					}
				})
			}
		}
	}
}

// BenchmarkPublish shows what one publication costs with many stages present.
func BenchmarkPublish(b *testing.B) {
	for _, n := range []int{1, 1000, 10000} {
		b.Run("stages="+itoa(n), func(b *testing.B) {
			g, err := New(Options{})
			if err != nil {
				b.Fatal(err)
			}
			list := make([]Publication, n)
			for i := range list {
				api := simpleAPI("api"+itoa(i), "x")
				s, problems := g.Compile(Deployment{Snapshot: api.snapshot, Stage: api.stage})
				if problems.Fatal() {
					b.Fatal(problems)
				}
				list[i] = Publication{APIID: s.apiID, Stage: s.name, Compiled: s}
			}
			start := time.Now()
			g.Publish(list...)
			b.ReportMetric(float64(time.Since(start).Microseconds()), "µs/all")
			b.ReportAllocs()
			for b.Loop() {
				g.Publish(list[0])
			}
		})
	}
}

// BenchmarkTestInvokeMethod shows that a test call compiles one method of a large API.
func BenchmarkTestInvokeMethod(b *testing.B) {
	for _, n := range []int{1, 300} {
		b.Run("resources="+itoa(n), func(b *testing.B) {
			g, err := New(Options{})
			if err != nil {
				b.Fatal(err)
			}
			large := newAPI()
			for i := range n {
				large.method("GET", "/r"+itoa(i)+"/{id}", mockIntegration(`{"id": "$input.params('id')"}`))
			}
			call := TestMethod{
				TestCall:   TestCall{Deployment: Deployment{Snapshot: large.snapshot}, PathWithQueryString: "/r" + itoa(n-1) + "/7"},
				ResourceID: large.snapshot.Resources[n-1].ID, HTTPMethod: "GET",
			}
			b.ReportAllocs()
			for b.Loop() {
				if r, err := g.TestInvokeMethod(b.Context(), call); err != nil || r.Body != `{"id": "7"}` {
					b.Fatal(err, r)
				}
			}
		})
	}
}

// BenchmarkCompile shows what the stage of a large API costs before it is served.
func BenchmarkCompile(b *testing.B) {
	g, err := New(Options{})
	if err != nil {
		b.Fatal(err)
	}
	large := newAPI()
	for i := range 300 {
		large.method("GET", "/r"+itoa(i)+"/{id}", mockIntegration(`{"id": "$input.params('id')"}`))
	}
	b.ReportAllocs()
	for b.Loop() {
		s, problems := g.Compile(Deployment{Snapshot: large.snapshot, Stage: large.stage})
		if problems.Fatal() {
			b.Fatal(problems)
		}
		g.Publish(Publication{APIID: s.apiID, Stage: s.name, Compiled: s})
	}
}
