package schema

import "time"

// schema is one compiled schema.
type schema struct {
	ref    *schema        // set when it is a reference, and then nothing else is
	checks [kinds][]check // by the type of the instance, in the order of their keywords

	// What applies to the children.
	properties map[string]*schema
	patterns   []patternSchema // sorted by pattern
	additional *schema         // additionalProperties, when it is a schema
	items      *schema
	tuple      []*schema
	isTuple    bool
	extra      *schema // additionalItems, when it is a schema

	same []*schema // those that apply to the same instance
	mark mark      // of the search for endless references
}

type patternSchema struct {
	regex  *regex
	schema *schema
}

// check is one keyword, or a format.
type check interface {
	check(r *run, s *schema, i uint32, to *report)
}

// report is the outcome of checking one instance.
type report struct {
	failed bool
	listed bool // problems are wanted, not only the outcome
}

// maxProblems bounds the text of the problems of one body, in bytes.
const maxProblems = 64 << 10

// Every body may cost so many applications of a schema to a value, and so many
// more for each of its values.
const (
	baseSteps    = 100_000
	stepsPerNode = 64
)

// run is the check of one body.
type run struct {
	document
	steps    int // left; negative when there are none
	problems []byte

	whole   report    // of the whole body
	reports []*report // of parts, one for each level of allOf and the like
	inUse   int       // of reports

	regexWork    int           // bytes matched, times the size of the pattern
	backtracking time.Duration // spent in patterns that are not linear
}

// Bounds of the work on patterns for one body.
const (
	maxRegexWork    = 1 << 30
	maxBacktracking = time.Second
)

// match runs a pattern within the bounds of the run.
func (r *run) match(re *regex, s string) bool {
	if r.steps < 0 {
		return false
	}
	if re.linear != nil {
		if r.regexWork += len(s) * re.size; r.regexWork > maxRegexWork {
			r.steps = -1
			return false
		}
		return re.MatchString(s)
	}
	start := time.Now()
	ok := re.MatchString(s)
	if r.backtracking += time.Since(start); r.backtracking > maxBacktracking {
		r.steps = -1
	}
	return ok
}

// apply checks instance i against s, its children included. Like the Java
// validator it runs all keywords, and goes on to the children only when nothing
// has failed before.
func (r *run) apply(s *schema, i uint32, to *report) {
	for s.ref != nil {
		s = s.ref
	}
	if r.steps--; r.steps < 0 {
		to.failed = true
		return
	}
	n := &r.nodes[i]
	for _, c := range s.checks[n.kind] {
		c.check(r, s, i, to)
		if to.failed && !to.listed {
			return
		}
	}
	if to.failed {
		return
	}
	switch n.kind {
	case kindObject:
		r.applyToMembers(s, i, to)
	case kindArray:
		r.applyToItems(s, i, to)
	}
}

func (r *run) applyToMembers(s *schema, i uint32, to *report) {
	if s.properties == nil && s.patterns == nil && s.additional == nil {
		return
	}
	for _, kid := range r.children(i) {
		name := r.name(kid)
		found := false
		if property, ok := s.properties[name]; ok {
			found = true
			r.apply(property, kid, to)
		}
		for _, p := range s.patterns {
			if r.match(p.regex, name) {
				found = true
				r.apply(p.schema, kid, to)
			}
		}
		if !found && s.additional != nil {
			r.apply(s.additional, kid, to)
		}
		if r.done(to) {
			return
		}
	}
}

func (r *run) applyToItems(s *schema, i uint32, to *report) {
	if s.items == nil && s.tuple == nil && s.extra == nil {
		return
	}
	for at, kid := range r.children(i) {
		switch {
		case s.items != nil:
			r.apply(s.items, kid, to)
		case at < len(s.tuple):
			r.apply(s.tuple[at], kid, to)
		case s.extra != nil:
			r.apply(s.extra, kid, to)
		}
		if r.done(to) {
			return
		}
	}
}

// done tells whether more of the same would change nothing.
func (r *run) done(to *report) bool {
	return to.failed && (!to.listed || r.steps < 0 || len(r.problems) > maxProblems)
}

// matches tells whether instance i is good by s.
func (r *run) matches(s *schema, i uint32) bool {
	if r.inUse == len(r.reports) {
		r.reports = append(r.reports, new(report))
	}
	to := r.reports[r.inUse]
	*to = report{}
	r.inUse++
	r.apply(s, i, to)
	r.inUse--
	return !to.failed
}

// fail notes a failure; it is true when the problem is to be listed, and then
// list has to follow.
func (r *run) fail(to *report) bool {
	to.failed = true
	return to.listed && len(r.problems) <= maxProblems
}

// list adds a problem to the list.
func (r *run) list(problem string) {
	if len(r.problems) > 0 {
		r.problems = append(r.problems, ", "...)
	}
	r.problems = append(r.problems, problem...)
}
