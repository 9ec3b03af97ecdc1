package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
)

// A backup is gzip'ed lines of JSON: a header, one line a record in byte order of
// the keys, and a trailer with their number and the SHA-256 of all bytes before it.
// Without the trailer a file is cut short.
const (
	backupFormat  = "sluice-backup"
	backupVersion = 1

	// backupPage is how many records are read from, or written to, a store at once.
	backupPage = 500
	// backupBatch is the size of values after which a page ends early, in bytes.
	backupBatch = 4 << 20
	// maxLine bounds a line: a value takes at most twice its bytes, a key six times.
	maxLine = 2*MaxValue + 6*MaxKey + 1024
)

type backupHeader struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
}

type backupLine struct {
	Key   *string `json:"key,omitempty"`
	Text  *string `json:"text,omitempty"`  // a value that is UTF-8
	Bytes *[]byte `json:"bytes,omitempty"` // any other, in base64

	Records *int64 `json:"records,omitempty"`
	SHA256  string `json:"sha256,omitempty"`
}

// lineWriter writes lines and sums them up.
type lineWriter struct {
	w   io.Writer
	sum hash.Hash
	buf bytes.Buffer
	enc *json.Encoder
}

func newLineWriter(w io.Writer) *lineWriter {
	l := &lineWriter{w: w, sum: sha256.New()}
	l.enc = json.NewEncoder(&l.buf)
	l.enc.SetEscapeHTML(false)
	return l
}

func (l *lineWriter) encode(v any) error {
	l.buf.Reset()
	return l.enc.Encode(v)
}

func (l *lineWriter) flush() error {
	l.sum.Write(l.buf.Bytes())
	_, err := l.w.Write(l.buf.Bytes())
	return err
}

func (l *lineWriter) line(v any) error {
	if err := l.encode(v); err != nil {
		return err
	}
	return l.flush()
}

func (l *lineWriter) record(r Record) error {
	if utf8.Valid(r.Value) {
		text := string(r.Value)
		if err := l.encode(backupLine{Key: &r.Key, Text: &text}); err != nil {
			return err
		}
		// Control characters grow sixfold.
		if l.buf.Len() <= 2*len(r.Value)+6*len(r.Key)+64 {
			return l.flush()
		}
	}
	return l.line(backupLine{Key: &r.Key, Bytes: &r.Value})
}

func backup(ctx context.Context, s Store, w io.Writer) error {
	err := s.View(ctx, func(t Tx) error {
		compressed := gzip.NewWriter(w)
		lines := newLineWriter(compressed)
		if err := lines.line(backupHeader{backupFormat, backupVersion}); err != nil {
			return err
		}
		count, after, limit := int64(0), "", 16
		for {
			records, err := t.List("", after, limit)
			if err != nil {
				return err
			}
			size := 0
			for _, r := range records {
				if err := lines.record(r); err != nil {
					return err
				}
				size += len(r.Value)
			}
			count += int64(len(records))
			if len(records) < limit {
				break
			}
			after = records[len(records)-1].Key
			// Snapshots of big APIs lie side by side: a page of them must fit in memory.
			if size > backupBatch {
				limit = max(limit/4, 1)
			} else {
				limit = min(limit*2, backupPage)
			}
		}
		trailer := backupLine{Records: &count, SHA256: hex.EncodeToString(lines.sum.Sum(nil))}
		if err := lines.line(trailer); err != nil {
			return err
		}
		return compressed.Close()
	})
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}

// lineReader reads lines and sums up those before the current one.
type lineReader struct {
	r       *bufio.Reader
	sum     hash.Hash
	current []byte
	number  int
}

// next decodes the next line, strictly.
func (l *lineReader) next(v any) error {
	l.sum.Write(l.current)
	l.current = l.current[:0]
	l.number++
	for {
		part, err := l.r.ReadSlice('\n')
		l.current = append(l.current, part...)
		if len(l.current) > maxLine {
			return damaged("line %d is too long", l.number)
		}
		switch {
		case err == nil:
			d := json.NewDecoder(bytes.NewReader(l.current))
			d.DisallowUnknownFields()
			if err := d.Decode(v); err != nil {
				return damaged("line %d: %v", l.number, err)
			}
			if d.InputOffset() != int64(len(l.current)-1) {
				return damaged("line %d goes on after its end", l.number)
			}
			return nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return damaged("it ends in line %d", l.number)
		default:
			return readError(err)
		}
	}
}

// readError tells a file that is no backup from one that cannot be read.
func readError(err error) error {
	var corrupt flate.CorruptInputError
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt) {
		return damaged("%v", err)
	}
	return err
}

// readBackup hands out the records of a backup in batches, checked one by one. Only
// when it returns nil was the backup whole: what was handed out before an error
// must not be kept.
func readBackup(ctx context.Context, r io.Reader, c *codec, each func([]entry) error) error {
	compressed, err := gzip.NewReader(bufio.NewReaderSize(r, 64<<10))
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return damaged("it ends in its header")
		}
		return readError(err)
	}
	defer compressed.Close()
	lines := &lineReader{r: bufio.NewReaderSize(compressed, 64<<10), sum: sha256.New()}
	if err := checkHeader(lines); err != nil {
		return err
	}
	var (
		batch []entry
		size  int
		count int64
		last  string
	)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		var line backupLine
		if err := lines.next(&line); err != nil {
			return err
		}
		if line.Key == nil {
			if err := checkTrailer(lines, line, count); err != nil {
				return err
			}
			if len(batch) > 0 {
				return each(batch)
			}
			return nil
		}
		key, value, err := recordOf(line)
		if err != nil {
			return damaged("line %d: %v", lines.number, err)
		}
		if key <= last {
			return damaged("line %d: key %q is out of order", lines.number, key)
		}
		last = key
		count++
		e := entry{key: key}
		e.data, e.encoding = c.encode(value)
		batch = append(batch, e)
		size += len(e.data)
		if len(batch) >= backupPage || size >= backupBatch {
			if err := each(batch); err != nil {
				return err
			}
			batch, size = nil, 0
		}
	}
}

func checkHeader(lines *lineReader) error {
	var header backupHeader
	if err := lines.next(&header); err != nil {
		return err
	}
	switch {
	case header.Format != backupFormat || header.Version < 1:
		return damaged("it does not begin like one")
	case header.Version > backupVersion:
		return fmt.Errorf("%w: backup of version %d, this program knows versions up to %d", ErrNewer, header.Version, backupVersion)
	}
	return nil
}

// checkTrailer checks the last line, and that it is the last.
func checkTrailer(lines *lineReader, line backupLine, count int64) error {
	switch {
	case line.Records == nil || line.Text != nil || line.Bytes != nil:
		return damaged("line %d is neither a record nor the end", lines.number)
	case *line.Records != count:
		return damaged("%d records, it says %d", count, *line.Records)
	case line.SHA256 != hex.EncodeToString(lines.sum.Sum(nil)):
		return damaged("the checksum differs")
	}
	// Reading on has gzip check its own sum, too.
	switch _, err := lines.r.ReadByte(); {
	case err == nil:
		return damaged("it goes on after its end")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return damaged("it is cut short")
	case !errors.Is(err, io.EOF):
		return readError(err)
	}
	return nil
}

func recordOf(line backupLine) (key string, value []byte, err error) {
	if line.Records != nil || line.SHA256 != "" {
		return "", nil, errors.New("a record and the end in one")
	}
	switch {
	case line.Text != nil && line.Bytes == nil:
		value = []byte(*line.Text)
	case line.Bytes != nil && line.Text == nil:
		value = *line.Bytes
	default:
		return "", nil, errors.New("a record has one value")
	}
	return *line.Key, value, checkRecord(*line.Key, value)
}
