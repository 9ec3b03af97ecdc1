package render

import (
	"runtime"
	"strconv"
	"time"

	"sluice/mapping"
)

// warmUp is how long a case is rendered before it is measured.
const warmUp = 200 * time.Millisecond

// bench measures rendering as a gateway does it: the template compiled once,
// and a fresh payload and overrides for each rendering. The time of a rendering
// includes parsing the body when the template looks into it.
func (c *Case) bench(dst []byte, o Options) []byte {
	t, err := c.compile("case", o.Plain)
	if err != nil {
		return answer{class: "parse", err: err}.append(dst, c.ID)
	}
	var s mapping.Scope
	var out []byte
	render := func() error {
		s.Reset()
		s.AllowRepeatedOverrides = true
		c.ready(&s, o.Plain)
		out, err = t.Render(out[:0], &s)
		return err
	}
	for end := time.Now().Add(warmUp); ; {
		if err := render(); err != nil {
			return answer{class: class(err), err: err}.append(dst, c.ID)
		}
		if time.Now().After(end) {
			break
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for range o.Bench {
		if err := render(); err != nil {
			return answer{class: class(err), err: err}.append(dst, c.ID)
		}
	}
	elapsed := time.Since(start)
	runtime.ReadMemStats(&after)
	n := uint64(o.Bench)
	dst = append(dst, `{"id":`...)
	dst = appendValue(dst, c.ID, 0)
	dst = append(dst, `,"output_bytes":`...)
	dst = strconv.AppendInt(dst, int64(len(out)), 10)
	dst = append(dst, `,"n":`...)
	dst = strconv.AppendInt(dst, int64(o.Bench), 10)
	dst = append(dst, `,"ns_op":`...)
	dst = strconv.AppendInt(dst, elapsed.Nanoseconds()/int64(o.Bench), 10)
	dst = append(dst, `,"b_op":`...)
	dst = strconv.AppendUint(dst, (after.TotalAlloc-before.TotalAlloc)/n, 10)
	dst = append(dst, `,"allocs_op":`...)
	dst = strconv.AppendUint(dst, (after.Mallocs-before.Mallocs)/n, 10)
	return append(dst, '}')
}
