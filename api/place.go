package api

import (
	"sort"
	"strconv"
	"strings"
)

// Place is a position in a definition file. Line and Column count from 1; 0 is unknown.
type Place struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`

	// Block: the text that begins here stands in the file line for line, as a
	// YAML literal does; Inside then finds its every line.
	Block bool `json:"-"`
}

// Inside is the place of a line and column (from 1) of the text that begins at
// p; p itself where the file does not have the text line for line (a quoted
// string with escapes).
func (p Place) Inside(line, column int) Place {
	if p.Block && p.Line > 0 && line > 0 && column > 0 {
		p.Line += line - 1
		p.Column += column - 1
	}
	return p
}

// String is file:line:col, as far as known.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
}

// Places maps parts of a Snapshot to their places. A part is addressed by a path
// of names from the outside in, for example
//
//	"resources", "/pets/{id}", "GET", "integration", "requestTemplates", "application/json"
//
// The words used are: "resources" path METHOD, then "requestParameters" name,
// "requestModels" type, "methodResponses" code, or "integration" followed by a
// member of Integration; "integration" "responses" code (then a member of
// IntegrationResponse); and at the top "models" name, "authorizers" name,
// "requestValidators" name, "gatewayResponses" type, "restApi" member.
//
// A definition has millions of parts, so a part is kept by the hash of its path.
type Places struct {
	file  string
	files []string // other files, by index from 1
	at    map[uint64]mark
}

// mark is a Place without the weight of its file's name.
type mark struct {
	line, column int32
	file         uint16
	block        bool
}

// NewPlaces makes an empty table for one file.
func NewPlaces(file string) *Places { return &Places{file: file, at: map[uint64]mark{}} }

// Set notes the place of a part.
func (p *Places) Set(at Place, part ...string) {
	h := uint64(hashStart)
	for _, name := range part {
		h = hashName(h, name)
	}
	p.at[h] = mark{line: int32(at.Line), column: int32(at.Column), block: at.Block, file: p.fileIndex(at.File)}
}

func (p *Places) fileIndex(file string) uint16 {
	if file == p.file {
		return 0
	}
	for i, f := range p.files {
		if f == file {
			return uint16(i + 1)
		}
	}
	p.files = append(p.files, file)
	return uint16(len(p.files))
}

// Find returns the place of a part, or of the nearest enclosing part that is
// known, or the file alone. It is usable on nil.
func (p *Places) Find(part ...string) Place {
	if p == nil {
		return Place{}
	}
	found := Place{File: p.file}
	h := uint64(hashStart)
	for _, name := range part {
		h = hashName(h, name)
		if m, ok := p.at[h]; ok {
			found = Place{File: p.file, Line: int(m.line), Column: int(m.column), Block: m.block}
			if m.file > 0 {
				found.File = p.files[m.file-1]
			}
		}
	}
	return found
}

// FNV-1a, 64 bits: among ten million parts two that share a hash are not to be
// expected, and would cost a wrong line number in a message.
const (
	hashStart = 14695981039346656037
	hashPrime = 1099511628211
)

func hashName(h uint64, name string) uint64 {
	for i := 0; i < len(name); i++ {
		h = (h ^ uint64(name[i])) * hashPrime
	}
	return (h ^ 0xff) * hashPrime // no name holds the byte 0xff
}

// Problem is one thing that is wrong with a definition.
type Problem struct {
	Place   Place  `json:"place"`
	Subject string `json:"subject,omitempty"` // what is wrong, as "GET /pets/{id}"; may be empty
	Message string `json:"message"`
	Warning bool   `json:"warning,omitempty"` // the definition is usable all the same
}

// String is file:line:col: message.
func (p Problem) String() string {
	var b strings.Builder
	if s := p.Place.String(); s != "" {
		b.WriteString(s)
		b.WriteString(": ")
	}
	if p.Warning {
		b.WriteString("warning: ")
	}
	if p.Subject != "" {
		b.WriteString(p.Subject)
		b.WriteString(": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// Problems is every problem found in one go; as an error it prints one a line.
type Problems []Problem

// Error prints one problem a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Fatal tells whether any problem is more than a warning.
func (ps Problems) Fatal() bool {
	for _, p := range ps {
		if !p.Warning {
			return true
		}
	}
	return false
}

// Sort orders problems by file, line and column.
func (ps Problems) Sort() {
	sort.SliceStable(ps, func(i, j int) bool {
		a, b := ps[i].Place, ps[j].Place
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Column < b.Column
	})
}
