package logdelivery

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestPutLogEvents holds each call of the first lines of a group against its exact
// bytes.
func TestPutLogEvents(t *testing.T) {
	s := startService(t)
	d := newDeliveries(t, Options{Endpoints: s.endpoints()})
	a := d.Access(accessGroup + ":*")
	a.Log([]byte(`{"requestId":"1","path":"/größe"}` + "\t\xff"))
	a.Log(nil)
	a.Log([]byte("two"))
	if lost := d.Close(); lost != 0 {
		t.Errorf("lost %d", lost)
	}
	var got []string
	for _, c := range s.seen() {
		got = append(got, c.String())
		if c.region != "eu-west-1" || c.service != "logs" || c.path != "/" {
			t.Errorf("%s was signed for %s %s and sent to %s", c.target, c.region, c.service, c.path)
		}
		for name, want := range map[string]string{"Content-Type": "application/x-amz-json-1.1", "User-Agent": "AmazonAPIGateway", "Accept": "application/json"} {
			if v := c.header.Get(name); v != want {
				t.Errorf("%s is %q, want %q", name, v, want)
			}
		}
	}
	put := `Logs_20140328.PutLogEvents {"logGroupName":"access","logStreamName":"STREAM","logEvents":[` +
		`{"timestamp":0,"message":"{\"requestId\":\"1\",\"path\":\"/größe\"}\t` + "\ufffd" + `"},{"timestamp":0,"message":"two"}]}`
	const create = `Logs_20140328.CreateLogStream {"logGroupName":"access","logStreamName":"STREAM"}`
	want := []string{put, create, `Logs_20140328.CreateLogGroup {"logGroupName":"access"}`, create, put}
	for i := range got {
		got[i] = regexp.MustCompile(`"timestamp":1\d{12},`).ReplaceAllString(got[i], `"timestamp":0,`)
		got[i] = regexp.MustCompile(`"[0-9a-f]{32}"`).ReplaceAllString(got[i], `"STREAM"`)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// linesOf makes lines of times and texts.
func linesOf(times []int64, texts []string) *lines {
	l := &lines{}
	for i, text := range texts {
		c := &chunk{}
		c.append(times[i], []byte(text))
		l.chunks = append(l.chunks, c)
	}
	return l
}

func repeated[T any](v T, n int) []T {
	return slices.Repeat([]T{v}, n)
}

// TestEventLimits encodes lines and looks at the size of each call.
func TestEventLimits(t *testing.T) {
	const day = 24 * 60 * 60 * 1000
	half := strings.Repeat("x", maxEvent)
	for _, c := range []struct {
		name  string
		times []int64
		texts []string
		want  string // the number of events of each call
	}{
		{"nothing but empty lines", repeated[int64](1, 2), []string{"", ""}, "0"},
		{"count", repeated[int64](1, 25000), repeated("x", 25000), "10000 10000 5000"},
		// 4 × 262144 bytes with the overhead are exactly what a call takes.
		{"size", repeated[int64](1, 9), repeated(half, 9), "4 4 1"},
		{"one byte too many", repeated[int64](1, 5), append(repeated(half, 4), "x"), "4 1"},
		{"bytes of UTF-8", repeated[int64](1, 5), append(repeated(strings.Repeat("ü", maxEvent/2), 4), "x"), "4 1"},
		{"broken bytes count as what they become", repeated[int64](1, 5), append(repeated(strings.Repeat("\xff", maxEvent/3), 4), strings.Repeat("x", 100)), "4 1"},
		{"a day", []int64{1, 1 + day, 2 + day}, []string{"a", "b", "c"}, "2 1"},
		{"a clock that is set back", []int64{5 * day, 3, 4, 6 * day}, []string{"a", "b", "c", "d"}, "4"},
	} {
		g := newLogGroup(nil, "access", "process")
		l := linesOf(c.times, c.texts)
		var got []string
		for free := func(*chunk) {}; l.more(free); {
			b := new(batch)
			g.encode(b, l, free)
			got = append(got, fmt.Sprint(b.left))
			var in struct{ LogEvents []event }
			if err := json.Unmarshal(b.body, &in); err != nil || len(in.LogEvents) != b.left {
				t.Fatalf("%s: %d events (%v), want %d", c.name, len(in.LogEvents), err, b.left)
			}
			size := 0
			for i, e := range in.LogEvents {
				size += len(e.Message) + 26
				if i > 0 && e.Timestamp < in.LogEvents[i-1].Timestamp {
					t.Errorf("%s: %d follows %d", c.name, e.Timestamp, in.LogEvents[i-1].Timestamp)
				}
				if len(e.Message)+26 > 256<<10 {
					t.Errorf("%s: an event of %d bytes", c.name, len(e.Message))
				}
			}
			if size > 1048576 {
				t.Errorf("%s: a call of %d bytes", c.name, size)
			}
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: calls of %s events, want %s", c.name, text, c.want)
		}
	}
	b := new(batch)
	newLogGroup(nil, "access", "process").encode(b, linesOf([]int64{1}, []string{strings.Repeat("x", maxEvent-1) + "ü"}), func(*chunk) {})
	if !strings.HasSuffix(string(b.body), `xx"}]}`) {
		t.Error("a line that is too long is not cut at a character")
	}
}

// TestRejectedEvents counts the events that PutLogEvents took the call of and did not
// keep.
func TestRejectedEvents(t *testing.T) {
	for _, c := range []struct {
		answer             string
		delivered, dropped uint64
	}{
		{"", 10, 0},
		{`{}`, 10, 0},
		{`{"rejectedLogEventsInfo":{"tooOldLogEventEndIndex":3}}`, 7, 3},
		{`{"rejectedLogEventsInfo":{"expiredLogEventEndIndex":4,"tooOldLogEventEndIndex":3,"tooNewLogEventStartIndex":9}}`, 5, 5},
		{`{"rejectedLogEventsInfo":{"tooNewLogEventStartIndex":0}}`, 0, 10},
		{`{"rejectedLogEventsInfo":{"expiredLogEventEndIndex":99,"tooNewLogEventStartIndex":-7}}`, 0, 10},
		{`<html>`, 0, 10},
		{`[]`, 0, 10},
	} {
		s := startService(t)
		s.setRefuse(func(call, int) (int, string) { return 200, c.answer })
		d := newDeliveries(t, Options{Endpoints: s.endpoints()})
		logAll(d.Access(accessGroup), numbered(0, 10))
		lost := d.Close()
		if f := d.Figures()[toLogs]; f.Delivered != c.delivered || f.Dropped != c.dropped || lost != c.dropped {
			t.Errorf("%s: %+v, lost %d", c.answer, f, lost)
		}
	}
}

// TestRepeated refuses calls a few times before it takes them.
func TestRepeated(t *testing.T) {
	for _, c := range []struct {
		status int
		answer string
		final  bool
	}{
		{500, ``, false},
		{503, `{"__type":"ServiceUnavailableException"}`, false},
		{400, `{"__type":"ThrottlingException","message":"Rate exceeded"}`, false},
		{400, `{"__type":"com.amazon.coral.availability#ThrottlingException:http://internal"}`, false},
		{429, `busy`, false},
		{408, ``, false},
		{400, `{"__type":"ExpiredTokenException"}`, false},
		{400, `{"code":"LimitExceededException"}`, false},
		{400, `{"__type":"InvalidParameterException","message":"Log event too large"}`, true},
		{403, `{"__type":"AccessDeniedException"}`, true},
		{403, `{"message":"Forbidden"}`, true},
		{404, `not here`, true},
		{http.StatusMovedPermanently, ``, true},
	} {
		s := startService(t)
		s.setRefuse(func(in call, n int) (int, string) {
			if n <= 3 {
				return c.status, c.answer
			}
			return 0, ""
		})
		var log records
		d := newDeliveries(t, Options{Endpoints: s.endpoints(), Log: newLog(&log)})
		logAll(d.Access(accessGroup), numbered(0, 10))
		lost := d.Close()
		got := s.messages(t, "access")
		if !c.final && (lost != 0 || !slices.Equal(got, numbered(0, 10))) {
			t.Errorf("%d %s: lost %d, got %q", c.status, c.answer, lost, got)
		}
		if c.final && (lost == 0 || d.Figures()[toLogs].Dropped != lost) {
			t.Errorf("%d %s: lost %d, %+v", c.status, c.answer, lost, d.Figures()[toLogs])
		}
		if n := log.count("logs do not reach their destination"); n != 1 || log.count("PutLogEvents at "+s.URL+": status "+fmt.Sprint(c.status)) != 1 {
			t.Errorf("%d %s: logged %d times", c.status, c.answer, n)
		}
		if f := d.Figures()[toLogs]; !c.final && f.Failures != 3 {
			t.Errorf("%d %s: %+v", c.status, c.answer, f)
		}
	}
}

// TestGoneGroup deletes a group that is in use.
func TestGoneGroup(t *testing.T) {
	s := startService(t)
	d := newDeliveries(t, Options{Endpoints: s.endpoints()})
	e := d.Execution("eu-west-1", "a1b2c3d4e5", "dev/Canary")
	e.Log([]byte("one"))
	const group = "API-Gateway-Execution-Logs_a1b2c3d4e5/dev/Canary"
	waitFor(t, "first line", func() bool { return len(s.messages(t, group)) == 1 })
	s.mu.Lock()
	delete(s.groups, group)
	s.mu.Unlock()
	e.Log([]byte("two"))
	if lost := d.Close(); lost != 0 {
		t.Errorf("lost %d", lost)
	}
	if got := s.messages(t, group); !slices.Equal(got, []string{"two"}) {
		t.Errorf("got %q", got)
	}
}

// TestStreamNames are different in processes and in groups.
func TestStreamNames(t *testing.T) {
	names := map[string]bool{}
	for _, process := range []string{randomHex(), randomHex()} {
		for _, group := range []string{"a", "b"} {
			g := newLogGroup(nil, group, process)
			names[regexp.MustCompile(`[0-9a-f]{32}`).FindString(g.names)] = true
		}
	}
	if len(names) != 4 || names[""] {
		t.Errorf("%v", names)
	}
}
