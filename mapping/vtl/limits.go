package vtl

import "time"

// Limits bound what a template may use. A zero field means the default.
type Limits struct {
	Source       int           // bytes of a template, also of what #evaluate gets; 300 KB
	Nesting      int           // levels of directives, expressions and calls in the source; 500
	Iterations   int           // rounds of one #foreach, which then ends silently; 1,000
	Steps        int           // statements, calls and elements visited by one rendering; 20 million
	Output       int           // bytes of the output, and of any one string; 10 MB
	Memory       int           // bytes that one rendering allocates for strings and collections, all in all; 128 MB
	Calls        int           // nested macros, #evaluate and $references to #define blocks; 100
	RegexTime    time.Duration // for one use of a regular expression; 250 ms
	RangeElement int           // elements of one [n..m]; 1 million
}

// withDefaults fills in the defaults.
func (l Limits) withDefaults() Limits {
	set := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	set(&l.Source, 300<<10)
	set(&l.Nesting, 500)
	set(&l.Iterations, 1000)
	set(&l.Steps, 20_000_000)
	set(&l.Output, 10<<20)
	set(&l.Memory, 128<<20)
	set(&l.Calls, 100)
	set(&l.RangeElement, 1_000_000)
	if l.RegexTime <= 0 {
		l.RegexTime = 250 * time.Millisecond
	}
	return l
}
