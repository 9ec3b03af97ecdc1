package accesslog

import (
	"log/slog"
	"os"
	"time"
)

// Options are the settings of a Writer. The zero value of a field is its default.
type Options struct {
	BufferSize    int           // bytes that may wait to be written; 8 MiB
	FlushInterval time.Duration // longest time a line waits; 250 ms
	CloseTimeout  time.Duration // longest time Close waits for a stuck file; 5 s
	Mode          os.FileMode   // of a new file; 0o640
	Log           *slog.Logger  // takes reports of errors and drops; slog.Default()
}

// Writer writes lines. It is safe for concurrent use.
type Writer struct{}

// Open opens path for appending, or standard output when path is "-".
func Open(path string, o Options) (*Writer, error) { panic("not built yet") }

// Log takes one line without its line end. It copies line and returns at once;
// when the buffer is full, or the Writer is closed, the line is dropped.
func (w *Writer) Log(line []byte) { panic("not built yet") }

// Dropped is the number of lines dropped so far.
func (w *Writer) Dropped() uint64 { panic("not built yet") }

// Rotate opens the path anew and closes the old file once all lines logged
// before have been written to it. It does nothing for standard output.
func (w *Writer) Rotate() error { panic("not built yet") }

// Close writes what is waiting and closes the file.
func (w *Writer) Close() error { panic("not built yet") }
