package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// BenchmarkControlScale fills a node with APIs (SCALE_APIS, default 100) of 300
// resources each, every one deployed, and starts it again. It reports how long it
// takes to be ready, what it keeps in memory then, and what calls take.
//
//	SCALE_APIS=1000 go test ./e2e -run '^$' -bench ControlScale -benchtime 20x -timeout 60m
func BenchmarkControlScale(b *testing.B) {
	apis := 100
	if n, err := strconv.Atoi(os.Getenv("SCALE_APIS")); err == nil {
		apis = n
	}
	dir := b.TempDir()
	node := startNode(b, dir)
	definition := scaleDefinition(300)
	ids := make([]string, apis)
	var wg sync.WaitGroup
	for w := range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := w; i < apis; i += runtime.GOMAXPROCS(0) {
				var api struct{ ID string }
				if err := json.Unmarshal([]byte(node.call(b, "POST", "/restapis?mode=import", definition, 201)), &api); err != nil {
					b.Error(err)
					return
				}
				ids[i] = api.ID
				node.call(b, "POST", "/restapis/"+api.ID+"/deployments", `{"stageName":"live"}`, 201)
			}
		})
	}
	wg.Wait()
	node.stop()
	if info, err := os.Stat(filepath.Join(dir, "control.db")); err == nil {
		b.Logf("%d APIs of 300 resources: a file of %d MB", apis, info.Size()>>20)
	}

	start := time.Now()
	node = startNode(b, dir)
	ready := time.Since(start)
	rss := node.residentKB(b)
	b.Run("page", func(b *testing.B) {
		for b.Loop() {
			node.call(b, "GET", "/restapis", "", 200)
		}
	})
	b.Run("deployment", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			node.call(b, "POST", "/restapis/"+ids[i%apis]+"/deployments", `{"stageName":"live"}`, 201)
		}
	})
	b.Run("start", func(b *testing.B) {
		b.ReportMetric(ready.Seconds()*1000, "ms-to-ready")
		b.ReportMetric(float64(rss)/1024, "MB-resident")
	})
	node.stop()
}

// scaleDefinition is an API of n resources with a mocked method each.
func scaleDefinition(n int) string {
	paths := map[string]any{}
	for i := range n - 1 {
		paths[fmt.Sprintf("/r%d", i)] = map[string]any{"get": map[string]any{
			"parameters": []any{map[string]any{"name": "q", "in": "query", "schema": map[string]any{"type": "string"}}},
			"responses":  map[string]any{"200": map[string]any{"description": "ok"}},
			"x-amazon-apigateway-integration": map[string]any{
				"type": "mock", "requestTemplates": map[string]any{"application/json": `{"statusCode": 200}`},
				"responses": map[string]any{"default": map[string]any{"statusCode": "200", "responseTemplates": map[string]any{
					"application/json": `{"r":` + strconv.Itoa(i) + `,"q":"$input.params('q')"}`,
				}}},
			},
		}}
	}
	b, _ := json.Marshal(map[string]any{"openapi": "3.0.1", "info": map[string]any{"title": "scale"}, "paths": paths})
	return string(b)
}

// benchNode is a node of a benchmark.
type benchNode struct {
	cmd *exec.Cmd
	out *output
	url string
}

func startNode(b *testing.B, dir string) *benchNode {
	b.Helper()
	n := &benchNode{cmd: exec.Command(sluiceBinary, "serve", "--listen", "127.0.0.1:0", "--data-dir", dir), out: newOutput()}
	n.cmd.Stdout, n.cmd.Stderr = n.out, n.out
	if err := n.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = n.cmd.Process.Kill() })
	deadline := time.After(patience)
	for i := 0; ; {
		lines, more := n.out.from(i)
		for _, l := range lines {
			if url, ok := strings.CutPrefix(l, "sluice: ready on "); ok {
				n.url = url
				return n
			}
		}
		i += len(lines)
		select {
		case <-more:
		case <-deadline:
			b.Fatalf("not ready: %s", n.out)
		}
	}
}

func (n *benchNode) call(b *testing.B, method, path, body string, status int) string {
	resp, err := controlCall(n.url, method, path, body)
	if err != nil {
		b.Error(err)
		return "{}"
	}
	defer resp.Body.Close()
	var text strings.Builder
	buf := make([]byte, 64<<10)
	for {
		k, err := resp.Body.Read(buf)
		text.Write(buf[:k])
		if err != nil {
			break
		}
	}
	if resp.StatusCode != status {
		b.Errorf("%s %s: %d %s", method, path, resp.StatusCode, text.String())
	}
	return text.String()
}

// residentKB is the memory that the node keeps.
func (n *benchNode) residentKB(b *testing.B) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", n.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	kb, err := strconv.Atoi(strings.Fields(after)[0])
	if err != nil {
		b.Fatal(err)
	}
	return kb
}

func (n *benchNode) stop() {
	_ = n.cmd.Process.Signal(syscall.SIGTERM)
	_ = n.cmd.Wait()
}
