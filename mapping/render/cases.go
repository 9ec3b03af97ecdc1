package render

import (
	"bufio"
	"io"
	"strings"

	"sluice/mapping"
	"sluice/mapping/vtl/value"
)

// Options are the flags of rendering cases.
type Options struct {
	Plain bool // plain Velocity: undefined references print as written
	Bench int  // when positive, render each case so many times and report timings
}

// maxLine bounds one case, in bytes.
const maxLine = 64 << 20

// Cases reads cases as JSON lines from r and writes one line for each to w:
// {"id","output"} with requestOverride and responseOverride where set, or
// {"id","error","message"}; with Bench, timings.
func Cases(w io.Writer, r io.Reader, o Options) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	out := bufio.NewWriter(w)
	var s mapping.Scope
	var line []byte
	for lines.Scan() {
		text := lines.Text()
		if strings.TrimSpace(text) == "" {
			continue
		}
		line = line[:0]
		if c, err := ParseCase(text); err != nil {
			line = answer{class: "parse", err: err}.append(line, value.Value{})
		} else if o.Bench > 0 {
			line = c.bench(line, o)
		} else {
			line = c.answer(&s, o.Plain).append(line, c.ID)
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
		if err := out.Flush(); err != nil { // whoever feeds cases may wait for answers
			return err
		}
	}
	return lines.Err()
}

// append appends the answer as a JSON object.
func (a answer) append(dst []byte, id value.Value) []byte {
	dst = append(dst, `{"id":`...)
	dst = appendValue(dst, id, 0)
	if a.err != nil {
		dst = append(dst, `,"error":`...)
		dst = appendString(dst, a.class)
		dst = append(dst, `,"message":`...)
		dst = appendString(dst, a.err.Error())
		return append(dst, '}')
	}
	dst = append(dst, `,"output":`...)
	dst = appendString(dst, a.output)
	if !a.request.IsNull() {
		dst = append(dst, `,"requestOverride":`...)
		dst = appendValue(dst, a.request, 0)
	}
	if !a.response.IsNull() {
		dst = append(dst, `,"responseOverride":`...)
		dst = appendValue(dst, a.response, 0)
	}
	return append(dst, '}')
}
