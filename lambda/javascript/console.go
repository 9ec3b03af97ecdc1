package javascript

import (
	"context"
	"log/slog"
	"strings"

	"github.com/dop251/goja"
)

// maxLine bounds a line of the log, in bytes, as the service does.
const maxLine = 256 << 10

// write is behind the console: a level and a finished line.
func (m *machine) write(c goja.FunctionCall) goja.Value {
	m.print(c.Argument(0).String(), c.Argument(1).String())
	return goja.Undefined()
}

func (m *machine) print(level, line string) {
	at := slog.LevelInfo
	switch level {
	case "error":
		at = slog.LevelError
	case "warn":
		at = slog.LevelWarn
	case "debug":
		at = slog.LevelDebug
	}
	ctx := context.Background()
	if !m.fn.log.Enabled(ctx, at) {
		return
	}
	if len(line) > maxLine {
		line = strings.ToValidUTF8(line[:maxLine], "")
	}
	id := ""
	if m.current != nil {
		id = m.current.requestID
	}
	m.fn.log.LogAttrs(ctx, at, strings.TrimSuffix(line, "\n"),
		slog.String("function", m.fn.name), slog.String("requestId", id))
}
