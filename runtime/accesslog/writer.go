package accesslog

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Options are the settings of a Writer. The zero value of a field is its default.
type Options struct {
	BufferSize    int           // bytes that may wait to be written; 8 MiB
	FlushInterval time.Duration // longest time a line waits; 250 ms
	CloseTimeout  time.Duration // longest time Close waits for a stuck file; 5 s
	RetryInterval time.Duration // pause before a failed write is tried again; 1 s
	Mode          os.FileMode   // of a new file; 0o640
	Log           *slog.Logger  // takes reports of errors and drops; slog.Default()
}

const (
	defaultBufferSize    = 8 << 20
	defaultFlushInterval = 250 * time.Millisecond
	defaultCloseTimeout  = 5 * time.Second
	defaultRetryInterval = time.Second
	defaultMode          = 0o640

	// writeSize is how much waits before it is written without regard to
	// FlushInterval: large enough to make the system call cheap for a line.
	writeSize = 256 << 10

	// reportInterval is the shortest time between two reports of dropped lines.
	reportInterval = time.Second
)

func (o Options) withDefaults() Options {
	if o.BufferSize <= 0 {
		o.BufferSize = defaultBufferSize
	}
	if o.FlushInterval <= 0 {
		o.FlushInterval = defaultFlushInterval
	}
	if o.CloseTimeout <= 0 {
		o.CloseTimeout = defaultCloseTimeout
	}
	if o.RetryInterval <= 0 {
		o.RetryInterval = defaultRetryInterval
	}
	if o.Mode == 0 {
		o.Mode = defaultMode
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// ErrStuck is the error of Close when the file took no more bytes within CloseTimeout.
var ErrStuck = errors.New("access log: gave up on waiting lines, the file takes no more bytes")

var errClosed = errors.New("access log: the writer is closed")

// Writer writes lines. It is safe for concurrent use.
//
// Two buffers of half the size take turns: requests append to one under a short
// lock while the other is written without any.
type Writer struct {
	o    Options
	path string // "" when the file cannot be opened anew

	mu     sync.Mutex
	active []byte // lines that wait; never grows beyond its capacity
	closed bool

	dropped atomic.Uint64

	wake     chan struct{}  // a line came into an empty buffer
	enough   chan struct{}  // writeSize bytes wait
	drops    chan struct{}  // a line was dropped
	rotate   chan *os.File  // the file to go on with
	rotated  chan struct{}  // answers rotate
	closing  chan struct{}  // closed by Close
	done     chan struct{}  // closed when the last byte is written or given up
	abandon  chan struct{}  // closed when Close has waited long enough
	rotateMu sync.Mutex     // one Rotate at a time
	reports  sync.WaitGroup // the goroutine that reports drops
}

// Open opens path for appending, or standard output when path is "-".
func Open(path string, o Options) (*Writer, error) {
	o = o.withDefaults()
	if path == "-" {
		// Without a receiver for SIGPIPE a closed standard output would end the
		// whole process; with one the write fails like any other.
		signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
		return newWriter(os.Stdout, "", o), nil
	}
	f, err := openFile(path, o.Mode)
	if err != nil {
		return nil, fmt.Errorf("opening the access log: %w", err)
	}
	return newWriter(f, path, o), nil
}

// NewWriter writes to a file that is open, such as standard error. Rotate leaves
// it as it is, Close does not close it.
func NewWriter(f *os.File, o Options) *Writer {
	return newWriter(f, "", o.withDefaults())
}

func openFile(path string, mode os.FileMode) (*os.File, error) {
	flag := os.O_APPEND | os.O_CREATE | os.O_WRONLY
	if info, err := os.Stat(path); err == nil && info.Mode()&os.ModeNamedPipe != 0 {
		// Opened for writing only, a pipe without a reader would block here.
		flag = os.O_RDWR
	}
	return os.OpenFile(path, flag, mode)
}

func newWriter(f *os.File, path string, o Options) *Writer {
	w := &Writer{
		o:       o,
		path:    path,
		active:  make([]byte, 0, o.BufferSize/2),
		wake:    make(chan struct{}, 1),
		enough:  make(chan struct{}, 1),
		drops:   make(chan struct{}, 1),
		rotate:  make(chan *os.File),
		rotated: make(chan struct{}),
		closing: make(chan struct{}),
		done:    make(chan struct{}),
		abandon: make(chan struct{}),
	}
	d := drain{w: w, file: f, spare: make([]byte, 0, o.BufferSize/2)}
	go d.run()
	w.reports.Add(1)
	go w.reportDrops()
	return w
}

// Log takes one line without its line end. It copies line and returns at once;
// when the buffer is full, or the Writer is closed, the line is dropped.
func (w *Writer) Log(line []byte) {
	w.mu.Lock()
	before := len(w.active)
	after := before + len(line) + 1
	if after > cap(w.active) || w.closed {
		w.mu.Unlock()
		w.dropped.Add(1)
		notify(w.drops)
		return
	}
	w.active = append(append(w.active, line...), '\n')
	w.mu.Unlock()
	if before == 0 {
		notify(w.wake)
	}
	if before < writeSize && after >= writeSize {
		notify(w.enough)
	}
}

func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Dropped is the number of lines dropped so far.
func (w *Writer) Dropped() uint64 { return w.dropped.Load() }

// Rotate opens the path anew and closes the old file once all lines logged
// before have been written to it. It does nothing for standard output. When the
// path cannot be opened, the old file stays in use.
func (w *Writer) Rotate() error {
	if w.path == "" {
		return nil
	}
	w.rotateMu.Lock()
	defer w.rotateMu.Unlock()
	f, err := openFile(w.path, w.o.Mode)
	if err != nil {
		return fmt.Errorf("rotating the access log: %w", err)
	}
	select {
	case w.rotate <- f:
		<-w.rotated
		return nil
	case <-w.done:
		f.Close()
		return errClosed
	}
}

// Close writes what is waiting and closes the file. It returns ErrStuck when
// that takes longer than CloseTimeout.
func (w *Writer) Close() error {
	w.mu.Lock()
	again := w.closed
	w.closed = true
	w.mu.Unlock()
	if again {
		<-w.done
		return nil
	}
	close(w.closing)
	timeout := time.NewTimer(w.o.CloseTimeout)
	defer timeout.Stop()
	var err error
	select {
	case <-w.done:
	case <-timeout.C:
		err = ErrStuck
	}
	close(w.abandon)
	w.reports.Wait()
	return err
}

// reportDrops says now and then how many lines were dropped. It is apart from
// the drain, which may be stuck in a write at that very time.
func (w *Writer) reportDrops() {
	defer w.reports.Done()
	var reported uint64
	for {
		select {
		case <-w.drops:
		case <-w.abandon:
			return
		}
		if n := w.dropped.Load(); n > reported {
			w.o.Log.Warn("access log lines dropped: they come faster than they can be written", "lines", n-reported, "total", n)
			reported = n
		}
		pause := time.NewTimer(reportInterval)
		select {
		case <-pause.C:
		case <-w.abandon:
			pause.Stop()
			return
		}
	}
}
