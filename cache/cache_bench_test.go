package cache

import (
	"fmt"
	"strings"
	"testing"

	"sluice/mapping"
)

// benchScope is a request as clients send them: some headers, a query, a path
// parameter.
func benchScope() *mapping.Scope {
	return &mapping.Scope{Params: mapping.Params{
		Path:  []mapping.Pair{{Name: "id", Value: "12345"}},
		Query: []mapping.Pair{{Name: "page", Value: "7"}, {Name: "q", Value: "some words to look for"}},
		Header: []mapping.Pair{
			{Name: "Host", Value: "api.example.com"},
			{Name: "User-Agent", Value: "curl/8.5.0"},
			{Name: "Accept", Value: "*/*"},
			{Name: "Accept-Language", Value: "de"},
			{Name: "Authorization", Value: "Bearer " + strings.Repeat("x", 300)},
		},
	}}
}

func benchMethod(b testing.TB, s *Stage) *Method {
	return compile(b, s, methodOf("method.request.path.id", "method.request.querystring.q",
		"method.request.multivaluequerystring.page", "method.request.header.Accept-Language"))
}

func TestHitAllocatesNothing(t *testing.T) {
	s := onStage(t, newCache(t, Options{}), "prod")
	m := benchMethod(t, s)
	scope := benchScope()
	bring(t, m, scope, "body")
	var l Lookup
	if n := testing.AllocsPerRun(1000, func() {
		if hit, _ := m.Recall(&l, scope, false); hit == nil {
			t.Fatal("no hit")
		}
	}); n != 0 {
		t.Errorf("%v allocations a hit", n)
	}
}

func BenchmarkHit(b *testing.B) {
	for _, entries := range []int{1, 10_000} {
		b.Run(fmt.Sprintf("entries=%d", entries), func(b *testing.B) {
			s := onStage(b, newCache(b, Options{BytesPerGB: 1 << 30}), "prod")
			m := benchMethod(b, s)
			for i := range entries {
				scope := benchScope()
				scope.Params.Path[0].Value = fmt.Sprint(i)
				bring(b, m, scope, "body")
			}
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				var l Lookup
				scope := benchScope()
				scope.Params.Path[0].Value = "0"
				for pb.Next() {
					if hit, _ := m.Recall(&l, scope, false); hit == nil {
						b.Fatal("no hit")
					}
				}
			})
		})
	}
}

func BenchmarkKey(b *testing.B) {
	s := onStage(b, newCache(b, Options{}), "prod")
	m := benchMethod(b, s)
	scope := benchScope()
	var l Lookup
	b.ReportAllocs()
	for b.Loop() {
		l.key, _ = m.appendKey(append(l.key[:0], m.prefix...), &l, scope)
	}
}

// BenchmarkMiss is what a miss costs beside the backend's call: the look, the
// flight, and keeping a 4 KiB answer.
func BenchmarkMiss(b *testing.B) {
	s := onStage(b, newCache(b, Options{}), "prod")
	m := benchMethod(b, s)
	scope := benchScope()
	a := answer(strings.Repeat("x", 4<<10))
	a.Headers = []mapping.Pair{{Name: "X-A", Value: "1"}, {Name: "X-B", Value: "2"}}
	var l Lookup
	b.ReportAllocs()
	for b.Loop() {
		_, f := m.Recall(&l, scope, true)
		f.Keep(a)
	}
}

func BenchmarkAsksToInvalidate(b *testing.B) {
	header := append(benchScope().Params.Header, mapping.Pair{Name: "Cache-Control", Value: "no-store, max-age=5"})
	b.ReportAllocs()
	for b.Loop() {
		if AsksToInvalidate(header) {
			b.Fatal("it does not")
		}
	}
}

func BenchmarkCodec(b *testing.B) {
	e := newEntry(answer(strings.Repeat("x", 4<<10)), 0, 0)
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = appendEntry(buf[:0], e)
		if _, err := decodeEntry(buf); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRedis is a hit in Redis: one round trip over a local socket.
func BenchmarkRedis(b *testing.B) {
	r := startRedis(b)
	for name, o := range map[string]MethodOptions{"plain": methodOf(), "encrypted": encrypted()} {
		b.Run(name, func(b *testing.B) {
			c := r.node(secret('k'))
			m := compile(b, onStage(b, c, "prod"), o)
			if hit, f := recall(m, query("1")); hit == nil {
				f.Keep(answer(strings.Repeat("x", 4<<10)))
				settle(c)
			}
			b.ReportAllocs()
			for b.Loop() {
				if hit, _ := recall(m, query("1")); hit == nil {
					b.Fatal("no hit")
				}
			}
		})
	}
}
