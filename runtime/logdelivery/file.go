package logdelivery

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	fileMode = 0o640
	dirMode  = 0o750
	// writeSize is about how much is written at once, in bytes.
	writeSize = 256 << 10
)

// file is a file that is opened for each batch and closed behind it: thousands of
// stages hold no handles, and a file that was renamed or removed is begun anew
// without a signal.
type file struct {
	path    string
	partial fs.FileInfo // of the file that has a part of the batch; nil: none has
	written int         // bytes of that part
}

func (*file) kind() kind     { return toFile }
func (*file) calls() bool    { return false }
func (f *file) name() string { return "file " + f.path }

func (f *file) encode(b *batch, l *lines, free func(*chunk)) {
	f.partial, f.written = nil, 0
	for len(b.body) < writeSize && l.more(free) {
		_, line := l.next()
		b.body = append(append(b.body, line...), '\n')
		b.left++
		l.skip(line)
	}
}

func (f *file) deliver(b *batch, _ time.Time) (err error) {
	out, err := f.open()
	if err != nil {
		return err
	}
	defer func() {
		if closing := out.Close(); closing != nil && err == nil {
			err = closing
		}
		if err == nil {
			b.done()
		}
	}()
	info, err := out.Stat()
	if err != nil {
		return err
	}
	if f.written > 0 && !os.SameFile(f.partial, info) {
		// The new file begins with the whole line of which the old one has a part.
		f.written = bytes.LastIndexByte(b.body[:f.written], '\n') + 1
	}
	n, err := out.Write(b.body[f.written:])
	f.partial, f.written = info, f.written+n
	return err
}

// open opens the file to append to it, and makes its folder when it is gone. A pipe
// that nobody reads is an error, not a reason to wait.
func (f *file) open() (*os.File, error) {
	const flag = os.O_APPEND | os.O_CREATE | os.O_WRONLY | syscall.O_NONBLOCK
	out, err := os.OpenFile(f.path, flag, fileMode)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(f.path), dirMode); err != nil {
			return nil, fmt.Errorf("make the folder of a log file: %w", err)
		}
		out, err = os.OpenFile(f.path, flag, fileMode)
	}
	return out, err
}
