package logdelivery

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

var benchLine = []byte(`192.0.2.1 - - [10/Nov/2026:19:15:17 +0000] "GET /pets/{petId} HTTP/1.1" 200 1024 c6af9ac6-7b61-11e6-9a41-93e8deadbeef`)

// benchmark logs as fast as it can to a service that takes everything. A request does
// more than log: what is dropped here says how far ahead of the service Log is.
func benchmark(b *testing.B, arn string, o Options, parallel bool) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, `{"FailedPutCount":0}`)
	}))
	defer s.Close()
	if o.Dir == "" {
		o.Endpoints = map[string]string{"*": s.URL}
	}
	d := newDeliveries(b, o)
	a := d.Access(arn)
	b.ReportAllocs()
	b.SetBytes(int64(len(benchLine)))
	if parallel {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				a.Log(benchLine)
			}
		})
	} else {
		for b.Loop() {
			a.Log(benchLine)
		}
	}
	b.StopTimer()
	d.Close()
	b.ReportMetric(float64(d.dropped())/float64(b.N), "dropped/op")
}

func BenchmarkLogGroup(b *testing.B)         { benchmark(b, accessGroup, Options{}, false) }
func BenchmarkLogGroupParallel(b *testing.B) { benchmark(b, accessGroup, Options{}, true) }
func BenchmarkDeliveryStream(b *testing.B)   { benchmark(b, stream, Options{}, false) }
func BenchmarkFile(b *testing.B)             { benchmark(b, accessGroup, Options{Dir: b.TempDir()}, false) }

// BenchmarkFull drops every line.
func BenchmarkFull(b *testing.B) {
	benchmark(b, accessGroup, Options{QueueSize: 1, FlushInterval: 1 << 40, CloseTimeout: 1}, false)
}

func benchmarkEncode(b *testing.B, t target) {
	l := lines{chunks: []*chunk{{}}}
	for range 400 {
		l.chunks[0].append(1, benchLine)
	}
	b.ReportAllocs()
	b.SetBytes(int64(400 * len(benchLine)))
	var out batch
	for b.Loop() {
		out.reset()
		one := lines{chunks: l.chunks[:1:1]}
		kept := *l.chunks[0]
		t.encode(&out, &one, func(*chunk) {})
		l.chunks[0] = &kept
	}
}

func BenchmarkEncodeEvents(b *testing.B)  { benchmarkEncode(b, newLogGroup(nil, "access", "process")) }
func BenchmarkEncodeRecords(b *testing.B) { benchmarkEncode(b, newDeliveryStream(nil, "x")) }
