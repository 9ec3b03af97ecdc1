package fleet

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"sluice/throttle/internal/redistest"
)

func open(t testing.TB, url string, change ...func(*Options)) *Client {
	t.Helper()
	o := Options{URL: url, Wait: 2 * time.Second}
	for _, f := range change {
		f(&o)
	}
	c, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.redis.Close() })
	return c
}

func bucketOf(c *Client, name string, rate, burst float64) Bucket {
	return Bucket{Key: c.Key("p", name), Interval: 1e6 / rate, Window: burst * 1e6 / rate, Want: 1}
}

// servers are the ways in which Redis can be there.
func servers(t *testing.T) map[string]string {
	t.Helper()
	single := redistest.Start(t)
	cluster := redistest.Start(t, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-announce-ip", "127.0.0.1")
	if err := cluster.Do("CLUSTER", "ADDSLOTSRANGE", 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	master := redistest.Start(t)
	sentinel := redistest.StartSentinel(t, master)
	return map[string]string{
		"single":   single.URL(),
		"cluster":  "redis+cluster://" + cluster.Address(),
		"sentinel": "redis+sentinel://" + sentinel.Address() + "/mymaster",
	}
}

// All levels are asked in one call, and grant all or none, on every kind of Redis.
func TestTake(t *testing.T) {
	ctx := context.Background()
	for name, url := range servers(t) {
		t.Run(name, func(t *testing.T) {
			c := open(t, url)
			awaitProbe(t, c)
			plan, method, account := bucketOf(c, "plan", 0.001, 5), bucketOf(c, "method{x}", 0.001, 3), bucketOf(c, "account", 0.001, 100)
			quota := &Quota{Key: c.Key("u", "p", "k"), Period: Period{Name: "DAY100", Start: 100, Day: 100}, Limit: 2}
			all := []Bucket{plan, method, account}
			take := func(q *Quota, b ...Bucket) Answer {
				t.Helper()
				a, err := c.Take(ctx, b, q)
				if err != nil {
					t.Fatal(err)
				}
				return a
			}
			granted := func(usage Usage) Answer {
				return Answer{Refused: -1, Granted: [3]int64{1, 1, 1}, Usage: usage, Epoch: 1}
			}
			for i := range int64(2) {
				if a := take(quota, all...); a != granted(Usage{Used: i + 1}) {
					t.Fatalf("%+v", a)
				}
			}
			if a := take(quota, all...); a != (Answer{Refused: 3, Usage: Usage{Used: 2}, Epoch: 1}) {
				t.Fatalf("quota: %+v", a)
			}
			quota.Limit = 1000
			if a := take(quota, all...); a != granted(Usage{Used: 3}) {
				t.Fatalf("%+v", a)
			}
			if a := take(quota, all...); a.Refused != 1 {
				t.Fatalf("method: %+v", a)
			}
			// What the others refused has cost neither the plan nor the quota.
			two := plan
			two.Want = 10
			if a := take(nil, two); a.Granted[0] != 2 {
				t.Fatalf("plan: %+v", a)
			}
			if a := take(quota); a.Usage.Used != 4 {
				t.Fatalf("%+v", a)
			}
			usage, today, err := c.Extend(ctx, Quota{Key: quota.Key, Period: quota.Period, Limit: 4}, 1)
			if err != nil || usage != (Usage{4, 1}) || today != 4 {
				t.Fatal(usage, today, err)
			}
			quota.Limit = 4
			if a := take(quota); a.Refused != -1 || a.Usage != (Usage{5, 1}) {
				t.Fatalf("extended: %+v", a)
			}
			if a := take(quota); a.Refused != 0 {
				t.Fatalf("extended: %+v", a)
			}
			// The next day of the same week, then the next week.
			week := &Quota{Key: quota.Key, Period: Period{Name: "WEEK98", Start: 98, Day: 101}, Limit: 10}
			if a := take(week); a.Usage.Used != 6 {
				t.Fatalf("week: %+v", a)
			}
			if a := take(&Quota{Key: quota.Key, Period: Period{Name: "WEEK105", Start: 105, Day: 105}, Limit: 10}); a.Usage.Used != 1 {
				t.Fatalf("next week: %+v", a)
			}
			counts, err := c.Days(ctx, []string{quota.Key, c.Key("u", "p", "other")})
			if err != nil || !reflect.DeepEqual(counts[0].Days, map[int64]int64{100: 5, 101: 1, 105: 1}) || len(counts[1].Days) != 0 {
				t.Fatal(counts, err)
			}
		})
	}
}

func awaitProbe(t *testing.T, c *Client) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		err := c.Probe(context.Background())
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		<-poll.C
	}
}

// Over any stretch a bucket in Redis grants no more than burst + rate x time.
func TestTakeRate(t *testing.T) {
	ctx := context.Background()
	c := open(t, redistest.Start(t).URL())
	awaitProbe(t, c)
	const rate, burst = 300, 900 // a stalled machine loses nothing for 3 s
	b := bucketOf(c, "x", rate, burst)
	start := time.Now()
	n := int64(0)
	for time.Since(start) < 1500*time.Millisecond {
		before := time.Since(start)
		a, err := c.Take(ctx, []Bucket{b}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if a.Refused < 0 {
			n++
		}
		most := burst + rate*time.Since(start).Seconds() + 1
		least := 0.99*(burst+rate*before.Seconds()) - 2
		if float64(n) > most {
			t.Fatalf("%d granted, at most %g", n, most)
		}
		if a.Refused >= 0 && float64(n) < least {
			t.Fatalf("refused after %d, at least %g are due", n, least)
		}
	}
}

// Buckets expire when they are full, and one that is missing is as full as the
// caller says.
func TestBucketExpiry(t *testing.T) {
	ctx := context.Background()
	server := redistest.Start(t)
	c := open(t, server.URL())
	awaitProbe(t, c)
	b := bucketOf(c, "x", 10, 5)
	if _, err := c.Take(ctx, []Bucket{b}, nil); err != nil {
		t.Fatal(err)
	}
	ttl, err := server.Do("PTTL", b.Key).Int64()
	if err != nil || ttl < 1 || ttl > 102 {
		t.Errorf("expires in %d ms, the bucket is full in 100 (%v)", ttl, err)
	}
	half := bucketOf(c, "y", 0.001, 10)
	half.Debt, half.Want = half.Window/2, 100
	if a, err := c.Take(ctx, []Bucket{half}, nil); err != nil || a.Granted[0] != 5 {
		t.Error(a, err)
	}
	full := bucketOf(c, "z", 0.001, 10)
	full.Debt = 1e15
	if a, err := c.Take(ctx, []Bucket{full}, nil); err != nil || a.Refused != 0 {
		t.Error(a, err)
	}
}

// A report counts once however often it is sent.
func TestReport(t *testing.T) {
	ctx := context.Background()
	c := open(t, redistest.Start(t).URL())
	awaitProbe(t, c)
	period := Period{Name: "WEEK98", Start: 98, Day: 101}
	report := []Admitted{
		{Key: c.Key("u", "p", "k1"), Period: period, On: 101, Count: 5},
		{Key: c.Key("u", "p", "k1"), Period: period, On: 97, Count: 100},
		{Key: c.Key("u", "p", "k2"), Period: period, On: 100, Count: 7},
	}
	for range 3 {
		got, _, err := c.Report(ctx, "id", report)
		if err != nil || got[0].Used != 5 || got[1].Used != 5 || got[2].Used != 7 {
			t.Fatal(got, err)
		}
	}
	// Redis lost its memory: what the caller knows is the least.
	report[0].Floor = 1000
	if got, _, err := c.Report(ctx, ReportID(), report[:1]); err != nil || got[0].Used != 1005 {
		t.Error(got, err)
	}
	counts, err := c.Days(ctx, []string{report[0].Key})
	if err != nil || !reflect.DeepEqual(counts[0].Days, map[int64]int64{97: 100, 101: 10}) {
		t.Error(counts, err)
	}
	// Days that are too old are forgotten.
	report[0].Day, report[0].On = 400, 400
	if _, _, err := c.Report(ctx, ReportID(), report[:1]); err != nil {
		t.Fatal(err)
	}
	if counts, err := c.Days(ctx, []string{report[0].Key}); err != nil || !reflect.DeepEqual(counts[0].Days, map[int64]int64{400: 5}) {
		t.Error(counts, err)
	}
}

func TestNodes(t *testing.T) {
	ctx := context.Background()
	url := redistest.Start(t).URL()
	a, b := open(t, url), open(t, url)
	other := open(t, url, func(o *Options) { o.Name = "other" })
	for _, c := range []*Client{a, b, other, a} {
		if err := c.Probe(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if a.Nodes() != 2 || b.Nodes() != 2 || other.Nodes() != 1 {
		t.Errorf("%d, %d and %d nodes, want 2, 2 and 1", a.Nodes(), b.Nodes(), other.Nodes())
	}
}

// A Redis that lost its memory counts nothing until its epoch is known, and nobody
// needs to have noticed that it was gone.
func TestEpoch(t *testing.T) {
	ctx := context.Background()
	server := redistest.Start(t)
	c, other := open(t, server.URL()), open(t, server.URL())
	if c.Epoch() != 0 {
		t.Errorf("epoch %d of a Redis that was not reached", c.Epoch())
	}
	for _, c := range []*Client{c, other, c} {
		awaitProbe(t, c)
		if c.Epoch() != 1 {
			t.Errorf("epoch %d of the first Redis", c.Epoch())
		}
	}
	server.Do("FLUSHALL")
	b := []Bucket{bucketOf(c, "x", 1, 1)}
	if _, err := c.Take(ctx, b, nil); err == nil || !NotSent(err) || c.Healthy() {
		t.Errorf("%v from a Redis that lost its memory", err)
	}
	if n := server.Do("DBSIZE").Val(); n != int64(0) {
		t.Errorf("it has %v keys", n)
	}
	awaitProbe(t, c)
	if a, err := c.Take(ctx, b, nil); err != nil || a.Refused >= 0 || a.Epoch != 2 || c.Epoch() != 2 {
		t.Error(a, err)
	}
	awaitProbe(t, other)
	if other.Epoch() != 2 {
		t.Errorf("epoch %d of the other node", other.Epoch())
	}
	awaitProbe(t, c)
	if c.Epoch() != 2 {
		t.Errorf("epoch %d, and nothing was lost again", c.Epoch())
	}
}

// A Redis that stands still holds up a request for the set time and takes the
// client out of service; one that is gone does so at once.
func TestOutOfService(t *testing.T) {
	ctx := context.Background()
	server := redistest.Start(t)
	var health []bool
	c := open(t, server.URL(), func(o *Options) {
		o.Wait = 30 * time.Millisecond
		o.OnHealth = func(h bool) { health = append(health, h) }
		o.Size = 4
	})
	awaitProbe(t, c)
	b := []Bucket{bucketOf(c, "x", 1, 1)}
	server.Stop()
	_, err := c.Take(ctx, b, nil)
	if err == nil || c.Healthy() {
		t.Fatal("a Redis that stands still is in service")
	}
	if NotSent(err) {
		t.Errorf("%v: the call may have been received", err)
	}
	server.Continue()
	awaitProbe(t, c)
	if !c.Healthy() || c.Nodes() != 4 {
		t.Errorf("healthy %v with %d nodes; the count must not fall while nodes come back", c.Healthy(), c.Nodes())
	}
	server.Kill()
	var last error
	for range 3 {
		_, last = c.Take(ctx, b, nil)
	}
	if last == nil || !NotSent(last) || c.Healthy() {
		t.Errorf("%v from a Redis that is gone", last)
	}
	if want := []bool{true, false, true, false}; !reflect.DeepEqual(health, want) {
		t.Errorf("health %v, want %v", health, want)
	}
}

func TestKeysAreUnambiguous(t *testing.T) {
	c := open(t, "redis://localhost", func(o *Options) { o.Name = "a}{b" })
	seen := map[string]string{}
	for _, parts := range [][]string{{"a", "b"}, {"a:1:b"}, {"a", "1:b"}, {"", "a:b"}, {"ab"}, {"a", "", "b"}, {}} {
		k := c.Key("p", parts...)
		if other, ok := seen[k]; ok {
			t.Errorf("%q and %s make the key %s", parts, other, k)
		}
		seen[k] = fmt.Sprintf("%q", parts)
	}
	if k := c.Key("p", "x}"); k != "{a__b}:p:2:x}" {
		t.Error(k)
	}
}

// Answers are as many numbers as were asked for.
func FuzzReadAnswer(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3}, 1, true)
	f.Fuzz(func(t *testing.T, b []byte, buckets int, quota bool) {
		if buckets < 0 || buckets > MaxBuckets {
			return
		}
		v := make([]int64, len(b))
		for i := range b {
			v[i] = int64(b[i])
		}
		if a, err := readAnswer(v, buckets, quota); err == nil && (a.Refused < -1 || a.Refused > buckets) {
			t.Errorf("refused by %d of %d", a.Refused, buckets)
		}
	})
}
