package logdelivery

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestPutRecordBatch holds a call against its exact bytes.
func TestPutRecordBatch(t *testing.T) {
	s := startService(t)
	d := newDeliveries(t, Options{Endpoints: s.endpoints()})
	a := d.Access(stream)
	for _, line := range []string{"a", "ab", "abc", "\xff", ""} {
		a.Log([]byte(line))
	}
	if lost := d.Close(); lost != 0 {
		t.Errorf("lost %d", lost)
	}
	calls := s.seen()
	const want = `Firehose_20150804.PutRecordBatch {"DeliveryStreamName":"amazon-apigateway-x","Records":[` +
		`{"Data":"YQo="},{"Data":"YWIK"},{"Data":"YWJjCg=="},{"Data":"/wo="},{"Data":"Cg=="}]}`
	if len(calls) != 1 || calls[0].String() != want {
		t.Fatalf("got %v, want %s", calls, want)
	}
	if c := calls[0]; c.region != "us-west-2" || c.service != "firehose" || c.header.Get("Content-Type") != "application/x-amz-json-1.1" {
		t.Errorf("signed for %s %s, %v", c.region, c.service, c.header)
	}
}

func TestRecordLimits(t *testing.T) {
	for _, c := range []struct {
		name  string
		texts []string
		want  string // the number of records of each call
	}{
		{"count", repeated("x", 1200), "500 500 200"},
		{"size", repeated(strings.Repeat("x", 900000), 7), "3 3 1"},
		{"too long", []string{strings.Repeat("x", 2000000)}, "1"},
	} {
		s := newDeliveryStream(nil, "amazon-apigateway-x")
		l := linesOf(make([]int64, len(c.texts)), c.texts)
		var got []string
		for free := func(*chunk) {}; l.more(free); {
			b := new(batch)
			s.encode(b, l, free)
			got = append(got, fmt.Sprint(b.left))
			var in struct{ Records []struct{ Data []byte } }
			if err := json.Unmarshal(b.body, &in); err != nil || len(in.Records) != b.left {
				t.Fatalf("%s: %d records (%v), want %d", c.name, len(in.Records), err, b.left)
			}
			for _, r := range in.Records {
				if len(r.Data) > 1024000 || !strings.HasSuffix(string(r.Data), "x\n") {
					t.Errorf("%s: a record of %d bytes", c.name, len(r.Data))
				}
			}
			if len(b.body) > 4000000 {
				t.Errorf("%s: a call of %d bytes", c.name, len(b.body))
			}
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: calls of %s records, want %s", c.name, text, c.want)
		}
	}
}

// TestRefusedRecords refuses some records of each call until there are none left.
func TestRefusedRecords(t *testing.T) {
	s := startService(t)
	var taken []string
	s.setRefuse(func(c call, n int) (int, string) {
		var in struct{ Records []struct{ Data []byte } }
		if err := json.Unmarshal([]byte(c.body), &in); err != nil {
			return 400, err.Error()
		}
		failed, answers := 0, []string{}
		for i, r := range in.Records {
			if n < 4 && i%2 == 1 {
				failed++
				answers = append(answers, `{"ErrorCode":"ServiceUnavailableException","ErrorMessage":"Slow down."}`)
				continue
			}
			taken = append(taken, strings.TrimSuffix(string(r.Data), "\n"))
			answers = append(answers, `{"RecordId":"1"}`)
		}
		return 200, fmt.Sprintf(`{"FailedPutCount":%d,"RequestResponses":[%s]}`, failed, strings.Join(answers, ","))
	})
	var log records
	d := newDeliveries(t, Options{Endpoints: s.endpoints(), Log: newLog(&log), FlushInterval: 1 << 40})
	logAll(d.Access(stream), numbered(0, 20))
	if lost := d.Close(); lost != 0 {
		t.Errorf("lost %d", lost)
	}
	var want []string
	all := numbered(0, 20)
	for _, first := range []struct{ from, step int }{{0, 2}, {1, 4}, {3, 8}} {
		for i := first.from; i < len(all); i += first.step {
			want = append(want, all[i])
		}
	}
	want = append(want, "line 7", "line 15")
	if !slices.Equal(taken, want) {
		t.Errorf("got %q, want %q", taken, want)
	}
	if f := d.Figures()[toFirehose]; f.Delivered != 20 || f.Dropped != 0 || f.Failures != 3 {
		t.Errorf("%+v", f)
	}
	if log.count("PutRecordBatch: 10 records were refused: ServiceUnavailableException: Slow down.") != 1 {
		t.Error(log.String())
	}
}

// TestUntoldRecords is an answer that counts failures without saying which.
func TestUntoldRecords(t *testing.T) {
	s := startService(t)
	s.setRefuse(func(_ call, n int) (int, string) {
		if n == 1 {
			return 200, `{"FailedPutCount":1,"RequestResponses":[]}`
		}
		return 0, ""
	})
	d := newDeliveries(t, Options{Endpoints: s.endpoints()})
	d.Access(stream).Log([]byte("a"))
	if lost := d.Close(); lost != 0 || len(s.seen()) != 2 {
		t.Errorf("lost %d in %d calls", lost, len(s.seen()))
	}
}
