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
	step    step
}

// step is the single call of the service that the import stands for; the service
// names it before the text of an error. {subject} is that of the scope, {first}
// and {rest} are its words: a verb and a path, or what it is and its name.
type step string

const (
	stepResource            step = "Unable to create resource at path '{subject}'"
	stepMethod              step = "Unable to put method '{first}' on resource at path '{rest}'"
	stepIntegration         step = "Unable to put integration on '{first}' for resource at path '{rest}'"
	stepIntegrationResponse step = "Unable to put integration response on '{first}' for resource at path '{rest}'"
	stepModel               step = "Unable to create model for '{rest}'"
	stepAuthorizer          step = "Unable to create authorizer '{rest}'"
)

// at is the same scope in another step.
func (s scope) at(st step) scope {
	s.step = st
	return s
}

// said is the service's line for an error: which call failed, and its text.
func (s scope) said(message string) string {
	if s.step == "" {
		return message
	}
	first, rest, _ := strings.Cut(s.subject, " ")
	rest = strings.TrimPrefix(rest, "scheme ") // of "security scheme"
	return shorten(strings.NewReplacer("{subject}", s.subject, "{first}", first, "{rest}", rest).Replace(string(s.step)), 600) + ": " + message
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
	message := fmt.Sprintf(format, args...)
	s.failAs(at, message, message)
}

// failAs is fail where the service's text does not have all that people are told.
func (s scope) failAs(at api.Place, service, message string) {
	s.im.report(api.Problem{Place: at, Subject: s.subject, Message: message})
	if len(s.im.errors) < maxProblems {
		s.im.errors = append(s.im.errors, s.said(shorten(service, 2000)))
	}
}

// tell is a warning that the service gives too, in its words.
func (s scope) tell(at api.Place, format string, args ...any) {
	s.warn(at, format, args...)
	if len(s.im.warnings) < maxProblems {
		s.im.warnings = append(s.im.warnings, shorten(fmt.Sprintf(format, args...), 2000))
	}
}

func (s scope) warn(at api.Place, format string, args ...any) {
	s.im.report(api.Problem{Place: at, Subject: s.subject, Message: fmt.Sprintf(format, args...), Warning: true})
}

func (s scope) place(n *document.Node) api.Place      { return s.im.place(n) }
func (s scope) keyPlace(m *document.Member) api.Place { return s.im.keyPlace(m) }

// unknown refuses a member that the thing called owner does not have, or warns of
// it where the service's leniency is asked for.
func (s scope) unknown(m *document.Member, owner string, known []string) {
	if s.im.opts.Lenient {
		s.warn(s.keyPlace(m), "unknown member %s of %s is ignored%s", quote(m.Key), owner, didYouMean(m.Key, known))
		return
	}
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
