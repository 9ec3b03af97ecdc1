package keyfile

import (
	"bytes"
	"errors"
	"strings"
)

var (
	errUnended = errors.New("a quoted value does not end")
	errAfter   = errors.New("there is text after a quoted value")
)

// records takes a file apart.
type records struct {
	rest []byte
	line int // of what is next, from 1
}

// next is the next line that is not blank, as its values without the blanks around
// them; nil at the end. A value in double quotes may have commas, line ends and
// doubled quotes. Single quotes do the same in the columns that single says.
func (r *records) next(single func(column int) bool) (values []string, line int, err error) {
	for {
		r.blanks()
		if len(r.rest) == 0 {
			return nil, r.line, nil
		}
		if !r.lineEnd() {
			break
		}
	}
	line = r.line
	for {
		r.blanks()
		var value string
		if len(r.rest) > 0 && (r.rest[0] == '"' || r.rest[0] == '\'' && single(len(values))) {
			if value, err = r.quoted(); err != nil {
				return nil, line, err
			}
		} else {
			n := bytes.IndexAny(r.rest, ",\r\n")
			if n < 0 {
				n = len(r.rest)
			}
			value, r.rest = strings.TrimRight(string(r.rest[:n]), blanks), r.rest[n:]
		}
		values = append(values, value)
		r.blanks()
		switch {
		case len(r.rest) == 0 || r.lineEnd():
			return values, line, nil
		case r.rest[0] != ',':
			return nil, line, errAfter
		}
		r.rest = r.rest[1:]
	}
}

const blanks = " \t"

func (r *records) blanks() { r.rest = bytes.TrimLeft(r.rest, blanks) }

// lineEnd takes a line end, if one is next.
func (r *records) lineEnd() bool {
	switch {
	case bytes.HasPrefix(r.rest, []byte("\r\n")):
		r.rest = r.rest[2:]
	case r.rest[0] == '\n' || r.rest[0] == '\r':
		r.rest = r.rest[1:]
	default:
		return false
	}
	r.line++
	return true
}

// quoted is a value in quotes.
func (r *records) quoted() (string, error) {
	quote := r.rest[0]
	r.rest = r.rest[1:]
	var b []byte
	for {
		n := bytes.IndexByte(r.rest, quote)
		if n < 0 {
			return "", errUnended
		}
		b = append(b, r.rest[:n]...)
		r.line += bytes.Count(r.rest[:n], []byte("\n"))
		r.rest = r.rest[n+1:]
		if len(r.rest) == 0 || r.rest[0] != quote {
			return strings.Trim(string(b), blanks), nil
		}
		b = append(b, quote)
		r.rest = r.rest[1:]
	}
}
