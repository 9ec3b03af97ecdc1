package process

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"
)

const (
	// maxLine bounds a line of the log, in bytes, as the service does.
	maxLine = 256 << 10
	// maxRate bounds what one process logs in a second, in bytes.
	maxRate = 1 << 20
	// drain is how long output is awaited after the end of the process: what it
	// started may hold the pipe open for ever.
	drain = time.Second
)

// output turns what a process prints into log lines.
type output struct {
	fn      *Function
	level   slog.Level
	stream  string
	window  time.Time
	written int // in this window
	dropped int
}

func newOutput(f *Function, stream string) *output {
	o := &output{fn: f, stream: stream, level: slog.LevelInfo}
	if stream == "stderr" {
		o.level = slog.LevelWarn
	}
	return o
}

// copy logs until the end of the output, or until shortly after the process has
// ended.
func (o *output) copy(r *os.File, exited <-chan struct{}) {
	over := make(chan struct{})
	defer close(over)
	go func() {
		select {
		case <-exited:
			_ = r.SetReadDeadline(time.Now().Add(drain))
		case <-over:
		}
	}()
	var rest []byte
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		part := buf[:n]
		for {
			i := bytes.IndexByte(part, '\n')
			if i < 0 {
				break
			}
			o.line(append(rest, part[:i]...))
			rest, part = rest[:0], part[i+1:]
		}
		if rest = append(rest, part...); len(rest) > maxLine {
			o.line(rest)
			rest = rest[:0]
		}
		if err != nil {
			if len(rest) > 0 {
				o.line(rest)
			}
			o.report()
			if !errors.Is(err, io.EOF) && !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, os.ErrClosed) {
				o.fn.log.Debug("read the output of a function", "function", o.fn.name, "error", err)
			}
			return
		}
	}
}

func (o *output) line(b []byte) {
	if now := time.Now(); now.Sub(o.window) > time.Second {
		o.report()
		o.window, o.written = now, 0
	}
	if o.written += len(b) + 1; o.written > maxRate {
		o.dropped += len(b) + 1
		return
	}
	ctx := context.Background()
	if !o.fn.log.Enabled(ctx, o.level) {
		return
	}
	text := strings.ToValidUTF8(strings.TrimSuffix(string(b), "\r"), "\uFFFD")
	o.fn.log.LogAttrs(ctx, o.level, text, slog.String("function", o.fn.name), slog.String("stream", o.stream))
}

// report says how much was not logged.
func (o *output) report() {
	if o.dropped > 0 {
		o.fn.log.Warn("output of a function was dropped", "function", o.fn.name, "stream", o.stream, "bytes", o.dropped)
		o.dropped = 0
	}
}
