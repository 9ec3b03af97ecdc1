package bench

import (
	"bytes"
	"fmt"
	"runtime"
	"strconv"
	"testing"

	"sluice/api"
	gateway "sluice/runtime"
)

// rows are n resources with a path parameter, of which the method answers itself.
func rows(n int) []*api.Resource {
	out := make([]*api.Resource, n)
	for i := range out {
		path := fmt.Sprintf("/row%06d/{id}", i)
		out[i] = resource(path, "GET", mock(`{"hello":"world"}`))
		out[i].ID = "r" + strconv.Itoa(i)
		out[i].ResourceMethods["GET"].RequestParameters = map[string]bool{"method.request.path.id": true}
	}
	return out
}

// drawNumber writes one of n numbers where a request has 000000, all of them in
// turn but no two neighbours in a row.
func drawNumber(request string, n int) func([]byte) {
	const step = 7919
	end := bytes.Index([]byte(request), []byte("000000")) + len("000000")
	at := 0
	return func(r []byte) {
		if at += step; at >= n {
			at %= n
		}
		for i, v := end-1, at; i >= end-6; i, v = i-1, v/10 {
			r[i] = '0' + byte(v%10)
		}
	}
}

// BenchmarkResources is a request to one of many resources, and BenchmarkStages one
// to one of many stages: what they cost should not grow.
func BenchmarkResources(b *testing.B) {
	request := "GET /dev/row000000/7 HTTP/1.1\r\n" + browserHeaders + "\r\n"
	for _, n := range []int{10, 300, 10_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			measureVaried(b, newGateway(b, rows(n)...), request, n)
		})
	}
}

func BenchmarkStages(b *testing.B) {
	request := "GET /_aws/execute-api/api000000/dev/row000007/7 HTTP/1.1\r\n" + browserHeaders + "\r\n"
	for _, n := range []int{1, 1_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			g, stages := compileStages(b, n)
			g.Replace(stages)
			measureVaried(b, g, request, n)
		})
	}
}

// compileStages compiles n stages of ten resources, an API each.
func compileStages(b *testing.B, n int) (*gateway.Gateway, []*gateway.Stage) {
	b.Helper()
	g, err := gateway.New(gateway.Options{AccessLog: discardLog{}})
	if err != nil {
		b.Fatal(err)
	}
	stages := make([]*gateway.Stage, n)
	for i := range stages {
		stages[i] = compileStage(b, g, fmt.Sprintf("api%06d", i), rows(10))
	}
	return g, stages
}

func compileStage(b *testing.B, g *gateway.Gateway, id string, resources []*api.Resource) *gateway.Stage {
	b.Helper()
	s, problems := g.Compile(gateway.Deployment{
		Snapshot:        &api.Snapshot{DeploymentID: "bench1", RestApi: api.RestApi{ID: id}, Resources: resources},
		Stage:           &api.Stage{StageName: "dev"},
		AccessLogFormat: accessLogFormat,
	})
	if problems.Fatal() {
		b.Fatal(problems)
	}
	return s
}

func measureVaried(b *testing.B, g *gateway.Gateway, request string, n int) {
	b.Helper()
	run := inMemory(b, g.Serve)
	ask := func(times int) {
		c := newMemoryConn(request, times)
		c.vary = drawNumber(request, n)
		run(c)
	}
	ask(2 * n)
	b.ReportAllocs()
	b.ResetTimer()
	ask(b.N)
}

// BenchmarkCompile is the compilation of a stage: its time should be linear in the
// number of resources (ns/resource the same), and so its memory.
func BenchmarkCompile(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			g, err := gateway.New(gateway.Options{AccessLog: discardLog{}})
			if err != nil {
				b.Fatal(err)
			}
			resources := rows(n)
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				compileStage(b, g, "bench", resources)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/resource")
		})
	}
}

// BenchmarkStageMemory says what a loaded stage of ten resources keeps in memory.
func BenchmarkStageMemory(b *testing.B) {
	const n = 1_000
	var kept []*gateway.Gateway // so that nothing of one run is freed in the next
	before := heapInUse()
	for range b.N {
		g, stages := compileStages(b, n)
		g.Replace(stages)
		kept = append(kept, g)
	}
	b.ReportMetric(float64(heapInUse()-before)/float64(n*b.N), "B/stage")
	runtime.KeepAlive(kept)
}

// heapInUse is the memory of what is still in use. What has finalizers is freed by
// the second collection.
func heapInUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
