package accesslog

import (
	"bytes"
	"os"
	"time"
)

// drain is the goroutine that writes what requests have logged.
type drain struct {
	w       *Writer
	file    *os.File
	spare   []byte // the buffer that is not in use
	failing bool   // the last write failed, and that was reported
}

func (d *drain) run() {
	w := d.w
	defer close(w.done)
	defer func() {
		if w.path != "" { // standard streams are not ours
			d.file.Close()
		}
	}()
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	for {
		select {
		case <-w.wake:
		case f := <-w.rotate:
			d.switchTo(f)
			continue
		case <-w.closing:
			d.flush()
			return
		}
		timer.Reset(w.o.FlushInterval)
		select {
		case <-timer.C:
		case <-w.enough:
		case f := <-w.rotate:
			d.switchTo(f)
		case <-w.closing:
		}
		timer.Stop()
		d.flush()
	}
}

// switchTo writes what waits to the old file and goes on with f.
func (d *drain) switchTo(f *os.File) {
	d.flush()
	d.replace(f)
	d.w.rotated <- struct{}{}
}

func (d *drain) replace(f *os.File) {
	if err := d.file.Close(); err != nil {
		d.w.o.Log.Warn("closing the old access log", "error", err)
	}
	d.file = f
}

// flush takes the active buffer and writes it, again and again until it is
// written. Meanwhile the other buffer fills up and then lines are dropped.
func (d *drain) flush() {
	w := d.w
	w.mu.Lock()
	full := w.active
	w.active = d.spare[:0]
	w.mu.Unlock()
	d.spare = full
	for written := 0; written < len(full); {
		n, err := d.file.Write(full[written:])
		written += n
		if err == nil {
			d.recovered()
			continue
		}
		d.failed(err)
		retry := time.NewTimer(w.o.RetryInterval)
		select {
		case <-retry.C:
		case f := <-w.rotate:
			// The new file begins with the whole line of which the old one has a part.
			written = bytes.LastIndexByte(full[:written], '\n') + 1
			d.replace(f)
			w.rotated <- struct{}{}
		case <-w.abandon:
			retry.Stop()
			return
		}
		retry.Stop()
	}
}

// failed reports the first error of a row.
func (d *drain) failed(err error) {
	if d.failing {
		return
	}
	d.failing = true
	d.w.o.Log.Error("access log cannot be written, trying again", "error", err)
}

func (d *drain) recovered() {
	if d.failing {
		d.failing = false
		d.w.o.Log.Info("access log is written again")
	}
}
