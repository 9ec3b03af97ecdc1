package openapi

import (
	"fmt"
	"strconv"
	"strings"

	"sluice/api"
	"sluice/openapi/document"
)

// maxProblems bounds what one document can be told; a last problem says that
// there are more.
const maxProblems = 1000

// scope reports problems of one part of the document. Its subject is what a
// reader would call that part, as "GET /pets".
type scope struct {
	im      *importer
	subject string
}

func (im *importer) place(n *document.Node) api.Place {
	if n == nil {
		return api.Place{File: im.file}
	}
	return api.Place{File: im.file, Line: n.Line(), Column: n.Column(), Block: n.Block()}
}

func (im *importer) keyPlace(m *document.Member) api.Place {
	return api.Place{File: im.file, Line: int(m.KeyLine), Column: int(m.KeyColumn)}
}

func (im *importer) report(p api.Problem) {
	p.Subject, p.Message = shorten(p.Subject, 500), shorten(p.Message, 2000)
	switch {
	case len(im.problems) < maxProblems:
		im.problems = append(im.problems, p)
	case !p.Warning && !im.fatal:
		// Warnings alone must not hide that the document is not usable.
		im.problems[maxProblems-1] = p
		im.unsaid++
	default:
		im.unsaid++
	}
	im.fatal = im.fatal || !p.Warning
}

func (s scope) fail(at api.Place, format string, args ...any) {
	s.im.report(api.Problem{Place: at, Subject: s.subject, Message: fmt.Sprintf(format, args...)})
}

func (s scope) warn(at api.Place, format string, args ...any) {
	s.im.report(api.Problem{Place: at, Subject: s.subject, Message: fmt.Sprintf(format, args...), Warning: true})
}

func (s scope) place(n *document.Node) api.Place      { return s.im.place(n) }
func (s scope) keyPlace(m *document.Member) api.Place { return s.im.keyPlace(m) }

// unknown refuses a member that the thing called owner does not have.
func (s scope) unknown(m *document.Member, owner string, known []string) {
	s.fail(s.keyPlace(m), "unknown member %s of %s%s", quote(m.Key), owner, didYouMean(m.Key, known))
}

// quote shows a piece of the document on one line, cut if it is long.
func quote(t string) string { return strconv.Quote(shorten(t, 120)) }

func shorten(t string, most int) string {
	if len(t) <= most {
		return t
	}
	return strings.ToValidUTF8(t[:most], "") + "..."
}

// oneOf is a list of words for a message.
func oneOf(words []string) string { return strings.Join(words, ", ") }
