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
type Places struct {
	file string
	at   map[string]Place
}

// NewPlaces makes an empty table for one file.
func NewPlaces(file string) *Places { return &Places{file: file, at: map[string]Place{}} }

const partSeparator = "\x00"

// Set notes the place of a part.
func (p *Places) Set(at Place, part ...string) { p.at[strings.Join(part, partSeparator)] = at }

// Find returns the place of a part, or of the nearest enclosing part that is
// known, or the file alone. It is usable on nil.
func (p *Places) Find(part ...string) Place {
	if p == nil {
		return Place{}
	}
	for n := len(part); n > 0; n-- {
		if at, ok := p.at[strings.Join(part[:n], partSeparator)]; ok {
			return at
		}
	}
	return Place{File: p.file}
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
