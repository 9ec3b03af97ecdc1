package patch

import (
	"errors"
	"testing"
)

type thing struct {
	name string
	tags map[string]string
}

func things(f Family) *Table[*thing] {
	return NewTable(f,
		Rule[*thing]{Path: "/description", Ops: []string{Replace}, Apply: func(t *thing, o Operation, _ []string) error {
			t.name = o.Text()
			return nil
		}},
		Rule[*thing]{Path: "/tags/{name}", Ops: []string{Add, Replace, Remove}, Apply: func(t *thing, o Operation, names []string) error {
			if o.Op == Remove {
				delete(t.tags, names[0])
				return nil
			}
			t.tags[names[0]] = o.Text()
			return nil
		}},
	)
}

func TestApply(t *testing.T) {
	v := &thing{tags: map[string]string{"old": "x"}}
	err := things(Terse).Apply(v, []Operation{
		{Op: Replace, Path: "/description", Value: new("d")},
		{Op: Add, Path: "/tags/a~1b~0c", Value: new("1")},
		{Op: Remove, Path: "/tags/old"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if v.name != "d" || len(v.tags) != 1 || v.tags["a/b~c"] != "1" {
		t.Errorf("%+v", v)
	}
}

// The texts are recorded ones (aws-facts: patch operations, 2), with these paths.
func TestRefuse(t *testing.T) {
	for _, c := range []struct {
		family Family
		o      Operation
		want   string
	}{
		{Listing, Operation{Op: Copy, Path: "/wrong-path"}, "Invalid patch path  '/wrong-path' specified for op 'copy'. Please choose supported operations"},
		{Listing, Operation{Op: Replace, Path: "/name"}, "Invalid patch path  '/name' specified for op 'replace'. Must be one of: [/description, /tags/{name}]"},
		{Listing, Operation{Op: Remove, Path: "description"}, "Invalid patch path  'description' specified for op 'remove'. Must be one of: [/tags/{name}]"},
		{Terse, Operation{Op: Replace, Path: "/binaryMediaTypes"}, "Invalid patch path /binaryMediaTypes"},
		{Terse, Operation{Op: Add, Path: "/description"}, "Invalid patch operation specified. Must be one of: [replace]"},
		{Terse, Operation{Op: Add, Path: "/tags/"}, "Invalid patch path /tags/"},
	} {
		err := things(c.family).Apply(&thing{}, []Operation{c.o})
		var invalid *Invalid
		if !errors.As(err, &invalid) || invalid.Message != c.want {
			t.Errorf("%v: %v\nwant %s", c.o, err, c.want)
		}
	}
}

func FuzzApply(f *testing.F) {
	f.Add("add", "/tags/a~1b", "v")
	f.Fuzz(func(t *testing.T, op, path, value string) {
		v := &thing{tags: map[string]string{}}
		for _, family := range []Family{Listing, Terse} {
			_ = things(family).Apply(v, []Operation{{Op: op, Path: path, Value: &value}})
		}
		if segments, ok := Split(path); ok {
			for _, s := range segments {
				if Unescape(Escape(s)) != s {
					t.Errorf("%q does not come back", s)
				}
			}
		}
	})
}
