package keyfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Row is a key of a file.
type Row struct {
	Line         int // on which it begins, from 1
	Name         string
	Value        string // the column Key
	Description  string
	Enabled      bool
	UsagePlanIDs []string // each once, in the file's order
}

// Warning is what is wrong with a row.
type Warning struct {
	Line int
	Text string
}

// String is the warning as import_api_keys answers it.
func (w Warning) String() string { return fmt.Sprintf("Line %d: %s", w.Line, w.Text) }

// MaxSize is how many bytes a file has at most, as many as any request.
const MaxSize = 10 << 20

// Errors of files as a whole; a malformed line has an error of its own.
var (
	ErrSize   = fmt.Errorf("API key file exceeds %d bytes", MaxSize)
	ErrUTF8   = errors.New("API key file is not in UTF-8")
	ErrHeader = errors.New("API key file has no header line")
)

// MissingColumn is the error of a file without a column that it must have.
type MissingColumn string

// Error is the service's text.
func (c MissingColumn) Error() string { return "Missing required column '" + string(c) + "'" }

// Bounds of values, in characters (recorded; aws-facts: usage plans, 5).
const (
	minValue       = 20
	maxValue       = 128
	maxName        = 1024
	maxDescription = 125000
)

// The columns that mean something.
const (
	columnName = iota
	columnKey
	columnDescription
	columnEnabled
	columnPlans
	columns
)

var columnNames = [columns]string{"Name", "Key", "Description", "Enabled", "UsagePlanIds"}

// Parse reads a file. Rows that warnings are about are left out, except those whose
// warning says what was made of them.
func Parse(r io.Reader) ([]Row, []Warning, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("read the API key file: %w", err)
	case len(data) > MaxSize:
		return nil, nil, ErrSize
	case !utf8.Valid(data):
		return nil, nil, ErrUTF8
	}
	lines := &records{rest: bytes.TrimPrefix(data, []byte("\ufeff")), line: 1}
	header, line, err := lines.next(func(int) bool { return false })
	switch {
	case err != nil:
		return nil, nil, malformed(line, err)
	case header == nil:
		return nil, nil, ErrHeader
	}
	where, err := readHeader(header)
	if err != nil {
		return nil, nil, err
	}

	f := &file{where: where, width: len(header), of: map[string]int{}}
	for {
		values, line, err := lines.next(func(column int) bool { return column == where[columnPlans] })
		if err != nil {
			return nil, nil, malformed(line, err)
		}
		if values == nil {
			return f.rows, f.warnings, nil
		}
		f.read(values, line)
	}
}

func malformed(line int, err error) error {
	return fmt.Errorf("API key file is malformed in line %d: %w", line, err)
}

// readHeader tells at which place each column is; -1 is nowhere.
func readHeader(header []string) (where [columns]int, err error) {
	for c := range where {
		where[c] = -1
		for i, name := range header {
			if !strings.EqualFold(name, columnNames[c]) {
				continue
			}
			if where[c] >= 0 {
				return where, fmt.Errorf("API key file has the column %s twice", columnNames[c])
			}
			where[c] = i
		}
	}
	for _, c := range []int{columnKey, columnName} {
		if where[c] < 0 {
			return where, MissingColumn(columnNames[c])
		}
	}
	return where, nil
}

// file is what was read so far.
type file struct {
	where    [columns]int
	width    int
	rows     []Row
	of       map[string]int // index of a key's row
	warnings []Warning
}

func (f *file) warn(line int, text string) {
	f.warnings = append(f.warnings, Warning{line, text})
}

// read takes in a row.
func (f *file) read(values []string, line int) {
	of := func(column int) string {
		if i := f.where[column]; i >= 0 && i < len(values) {
			return values[i]
		}
		return ""
	}
	r := Row{Line: line, Name: of(columnName), Value: of(columnKey), Description: of(columnDescription)}
	switch n := utf8.RuneCountInString(r.Value); {
	case len(values) > f.width:
		f.warn(line, fmt.Sprintf("There are %d values for %d columns", len(values), f.width))
		return
	case n < minValue:
		f.warn(line, "API Key value should be at least 20 characters")
		return
	case n > maxValue:
		f.warn(line, "API Key value exceeds maximum size of 128 characters")
		return
	case strings.ContainsFunc(r.Value, func(c rune) bool { return c <= ' ' || c >= 0x7f }):
		f.warn(line, "API Key value has a character that no header can carry")
		return
	case utf8.RuneCountInString(r.Name) > maxName:
		f.warn(line, "Invalid API Key name, can be at most 1024 characters.")
		return
	case utf8.RuneCountInString(r.Description) > maxDescription:
		f.warn(line, "Invalid API Key description specified.")
		return
	}
	switch text := of(columnEnabled); {
	case text == "", strings.EqualFold(text, "true"):
		r.Enabled = true
	case !strings.EqualFold(text, "false"):
		f.warn(line, "Enabled is neither true nor false; the API Key is disabled")
	}
	seen := map[string]bool{}
	for id := range strings.SplitSeq(of(columnPlans), ",") {
		if id = strings.TrimSpace(id); id != "" && !seen[id] {
			seen[id] = true
			r.UsagePlanIDs = append(r.UsagePlanIDs, id)
		}
	}
	if i, ok := f.of[r.Value]; ok {
		f.rows[i] = r
		return
	}
	f.of[r.Value] = len(f.rows)
	f.rows = append(f.rows, r)
}
