package throttle

import (
	"context"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"sluice/api"
	"sluice/throttle/fleet"
	"sluice/throttle/internal/redistest"
	"sluice/throttle/ledger"
)

// metered is a limiter with n keys in a plan with a throttle and a quota, a stage
// with a setting, and the account's limit: every level that there is.
func metered(b *testing.B, o Options, n int) (*Limiter, *Method, []string) {
	b.Helper()
	l := New(o)
	plan := planOf("p")
	plan.Throttle = throttleOf(1e8, 1e8)
	plan.Quota = &Quota{Limit: 1 << 38, Period: ledger.Monthly}
	c := Config{Account: throttleOf(1e8, 1e8)}
	values := make([]string, n)
	for i := range n {
		k := Key{ID: fmt.Sprintf("id%08d", i), Value: fmt.Sprintf("%040d", i), Enabled: true}
		values[i] = k.Value
		c.Keys = append(c.Keys, k)
		plan.Keys = append(plan.Keys, k.ID)
	}
	c.Plans = []Plan{plan}
	if err := l.Apply(context.Background(), c); err != nil {
		b.Fatal(err)
	}
	stage := l.Stage("a", "prod")
	stage.Configure(map[string]*api.MethodSetting{"*/*": {ThrottlingRateLimit: 1e8, ThrottlingBurstLimit: 1e8}})
	rand.Shuffle(n, func(i, j int) { values[i], values[j] = values[j], values[i] })
	return l, stage.Method("/pets", "GET"), values
}

// What a metered request costs: the key, a plan's throttle and quota, a stage's and
// the account's throttle. Keys are drawn evenly, so that of a million nearly each
// is in no cache of the processor. Like a request, the benchmark has the key's text
// at hand: it makes it up in a buffer, some ahead. The baseline is that alone; and,
// with as much memory as the keys have, that and one read of a line which the text
// tells: what no look-up can do without. A gateway expects a key as soon as it has
// the request's head, and checks it some hundred nanoseconds later.
func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{1, 1000, 1_000_000} {
		l, m, values := metered(b, Options{}, n)
		at := time.Now()
		for _, v := range values {
			l.Check(m, v, at)
		}
		lines := make([]apiKey, 2*n)
		for i := range lines {
			lines[i].flags.Store(1)
		}
		seed := maphash.MakeSeed()
		check := func(value string) bool { return l.Check(m, value, at).Outcome != InvalidKey }
		for _, c := range []struct {
			name string
			do   func(value string) bool
		}{
			{"baseline", func(value string) bool { return value[0] == '0' }},
			{"baseline+read", func(value string) bool {
				return lines[maphash.String(seed, value)%uint64(len(lines))].flags.Load() == 1
			}},
			{"check", check},
			{"expect+check", check},
		} {
			ahead := 0 // requests between the two, a few hundred nanoseconds
			if c.name == "expect+check" {
				ahead = 3
			}
			b.Run(fmt.Sprintf("keys=%d/%s", n, c.name), func(b *testing.B) {
				b.ReportAllocs()
				var worker atomic.Int64
				b.RunParallel(func(p *testing.PB) {
					rnd := rand.New(rand.NewPCG(1, uint64(worker.Add(1))))
					var presented [64][40]byte // as requests have them
					for {
						for i := range presented {
							text := &presented[i]
							for i, v := 39, rnd.IntN(n); i >= 0; i, v = i-1, v/10 {
								text[i] = '0' + byte(v%10)
							}
						}
						for i := range presented {
							if !p.Next() {
								return
							}
							if ahead > 0 && i+ahead < len(presented) {
								l.Expect(unsafe.String(&presented[i+ahead][0], 40))
							}
							if !c.do(unsafe.String(&presented[i][0], 40)) {
								b.Error("refused")
								return
							}
						}
					}
				})
			})
		}
	}
}

// What metering adds to requests that do something else, too, on one and on two
// cores: there the cores seldom meet at the buckets that they share.
func BenchmarkCheckInRequest(b *testing.B) {
	l, m, values := metered(b, Options{}, 1000)
	at := time.Now()
	body := make([]byte, 16<<10)
	seed := maphash.MakeSeed()
	for _, c := range []struct {
		name  string
		check bool
	}{{"without", false}, {"with", true}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var worker atomic.Int64
			b.RunParallel(func(p *testing.PB) {
				for i := int(worker.Add(1)) * 500; p.Next(); i++ {
					maphash.Bytes(seed, body)
					if c.check && l.Check(m, values[i%1000], at).Outcome == InvalidKey {
						b.Error("refused")
						return
					}
				}
			})
		})
	}
}

// Unrelated keys on one core and on two, by turns so that whatever else the machine
// does meets both: what a request does beside takes about 2 µs, less than any real
// one. It reports the median time of a request on each, and how many times as many
// requests two cores let through as one.
func BenchmarkCheckOnTwoCores(b *testing.B) {
	const round = 512
	for _, n := range []int{1000, 1_000_000} {
		l, m, values := metered(b, Options{}, n)
		at := time.Now()
		body := make([]byte, 16<<10)
		seed := maphash.MakeSeed()
		b.Run(fmt.Sprint("keys=", n), func(b *testing.B) {
			var took [2][]float64 // ns of a request, with one worker and with two
			for from := 0; b.Loop(); from += 2 * round {
				for workers := 1; workers <= 2; workers++ {
					var spent [2]time.Duration
					var wg sync.WaitGroup
					var ready sync.WaitGroup
					ready.Add(workers)
					for w := range workers {
						wg.Go(func() {
							ready.Done()
							ready.Wait()
							began := time.Now()
							for i := range round {
								value := values[(from+2*i+w)%n]
								l.Expect(value)
								maphash.Bytes(seed, body)
								if l.Check(m, value, at).Outcome == InvalidKey {
									b.Error("refused")
									return
								}
							}
							spent[w] = time.Since(began)
						})
					}
					wg.Wait()
					took[workers-1] = append(took[workers-1], float64(max(spent[0], spent[1]))/round)
				}
			}
			one, two := median(took[0]), median(took[1])
			b.ReportMetric(one, "ns/one-core")
			b.ReportMetric(two, "ns/two-cores")
			b.ReportMetric(2*one/two, "times")
		})
	}
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

func BenchmarkCheckKeyless(b *testing.B) {
	l, m, _ := metered(b, Options{}, 1)
	at := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		l.CheckKeyless(m, at)
	}
}

func BenchmarkCheckUnknownKey(b *testing.B) {
	l, m, _ := metered(b, Options{}, 1000)
	at := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		l.Check(m, "0123456789012345678901234567890123456789", at)
	}
}

// What a request costs with Redis, and how often it is asked.
func BenchmarkCheckFleet(b *testing.B) {
	for _, lease := range []int{0, 100, 1000} {
		b.Run(fmt.Sprint("lease=", lease), func(b *testing.B) {
			server := redistest.Start(b)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			client, err := fleet.Open(fleet.Options{URL: server.URL(), Wait: time.Second})
			if err != nil {
				b.Fatal(err)
			}
			if err := client.Probe(ctx); err != nil {
				b.Fatal(err)
			}
			go client.Run(ctx)
			l, m, values := metered(b, Options{Fleet: client, Lease: lease}, 1)
			go l.Run(ctx)
			b.ReportAllocs()
			b.ResetTimer()
			before := client.Stats().Calls
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if v := l.Check(m, values[0], time.Now()); v.Outcome != Allowed {
						b.Error(v)
						return
					}
				}
			})
			b.ReportMetric(float64(client.Stats().Calls-before)/float64(b.N), "calls/op")
		})
	}
}

// What a change costs among a million keys; no request waits for any.
func BenchmarkChange(b *testing.B) {
	l, _, _ := metered(b, Options{}, 1_000_000)
	ctx := context.Background()
	plan := planOf("p")
	n := 0
	for _, c := range []struct {
		name string
		do   func() error
	}{
		{"put and delete a key", func() error {
			if err := l.PutKey(Key{ID: "fresh", Value: fmt.Sprintf("fresh-%040d", n), Enabled: true}); err != nil {
				return err
			}
			return l.DeleteKey("fresh")
		}},
		{"disable a key", func() error {
			return l.PutKey(Key{ID: "id00000007", Value: fmt.Sprintf("%040d", 7), Enabled: n%2 == 0})
		}},
		{"unsubscribe and subscribe", func() error {
			if err := l.Unsubscribe("p", "id00000007"); err != nil {
				return err
			}
			return l.Subscribe(ctx, "p", "id00000007")
		}},
		{"update the plan", func() error {
			plan.Throttle = throttleOf(float64(1+n%100), 5)
			return l.UpdatePlan(ctx, plan)
		}},
		{"set the account", func() error { return l.SetAccount(throttleOf(float64(1+n%100), 5)) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n++
				if err := c.do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
