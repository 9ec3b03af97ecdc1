package vtl_test

import (
	"errors"
	"strings"
	"testing"

	"sluice/mapping/vtl"
)

// hostileSources are templates of nearly the greatest size that would take a
// parser long, or deep, if it let them.
var hostileSources = map[string]string{
	"backslashes":           strings.Repeat(`\`, 299_000),
	"escaped directives":    strings.Repeat(`\\#if`, 59_000),
	"dollars":               strings.Repeat("$", 299_000),
	"dollars, backslashes":  strings.Repeat(`$\`, 149_000),
	"hashes":                strings.Repeat("# ", 149_000),
	"sets":                  strings.Repeat("#set(", 59_000),
	"blanks":                "$a" + strings.Repeat(" ", 298_000) + "#se",
	"blank directives":      strings.Repeat("#a ", 99_000),
	"brackets":              "#set($x=" + strings.Repeat("[", 290_000),
	"braces":                "#set($x=" + strings.Repeat("{", 290_000),
	"parentheses":           "#set($x=" + strings.Repeat("(", 290_000),
	"not":                   "#set($x=" + strings.Repeat("!", 290_000),
	"calls":                 "#set($x=" + strings.Repeat("[$a.b(", 48_000),
	"indexes":               strings.Repeat("$a[", 99_000),
	"ranges":                "#set($x=" + strings.Repeat("[$a.b([1..2],", 20_000),
	"sums":                  "#set($x=1" + strings.Repeat("+$a", 90_000) + ")",
	"ifs":                   strings.Repeat("#if(true)", 33_000),
	"elseifs":               "#if($a)" + strings.Repeat("#elseif($a)", 27_000) + "#end",
	"macros":                strings.Repeat("#macro(a)#end", 23_000),
	"members":               "$a" + strings.Repeat(".a", 140_000),
	"comments":              strings.Repeat("#*", 149_000),
	"quotes":                "#set($x=" + strings.Repeat(`"`, 280_000),
	"strings in strings":    `#set($x="` + strings.Repeat(`#set($x=""`, 29_000),
	"numbers":               "#set($x=" + strings.Repeat("1", 290_000) + ")",
	"text blocks":           strings.Repeat("#[[", 99_000),
	"literal of many terms": "#set($x=$a" + strings.Repeat("+$b", 300) + "+'')",
}

func TestHostileSources(t *testing.T) {
	for name, src := range hostileSources {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tmpl, err := vtl.Parse(name, src, vtl.Options{})
			if err != nil {
				checkError(t, err)
				return
			}
			if _, err := tmpl.Render(nil, nil); err != nil {
				checkError(t, err)
			}
		})
	}
}

// TestLimits checks that templates that would go on, or grow, for ever end with
// an error of their own kind.
func TestLimits(t *testing.T) {
	loops := "#set($r = [1..1000])#foreach($a in $r)#foreach($b in $r)#foreach($c in $r)"
	for _, c := range []struct{ name, src string }{
		{"source", strings.Repeat(" ", 310_000)},
		{"nesting", strings.Repeat("#if(true)", 2000) + strings.Repeat("#end", 2000)},
		{"steps", loops + "#end#end#end"},
		{"output", loops + "some text #end#end#end"},
		{"doubled string", "#set($s = 'ab')" + loops + `#set($s = "$s$s")#end#end#end`},
		{"doubled string by +", "#set($s = 'ab')" + loops + `#set($s = $s + $s)#end#end#end`},
		{"doubled string by concat", "#set($s = 'ab')" + loops + `#set($s = $s.concat($s))#end#end#end`},
		{"repeated string", "#set($s = 'ab')$s.repeat(2147483647)"},
		{"replacement", "#set($s = 'ab')" + loops + "#set($s = $s.replace('a', 'aaaaaaaa'))#end#end#end"},
		{"doubled list", "#set($l = [1])" + loops + "#set($x = $l.addAll($l))#end#end#end"},
		{"nested list", "#set($l = [1])" + loops + "#set($l = [$l, $l])#end#end#end$l"},
		{"equal lists", "#set($l = [1])#set($m = [1])#foreach($i in [1..100])#set($l = [$l, $l])#set($m = [$m, $m])#end#if($l == $m)x#end"},
		{"growing integer", "#set($i = 99999999999999999999)" + loops + "#set($i = $i * $i)#end#end#end"},
		{"range", "#set($r = [1..2000000000])$r.size()"},
		{"map", "#set($m = {})" + loops + `#set($m[$velocityCount] = "$a$b$c")#set($m["$a$b$c"] = 1)#end#end#end`},
		{"self", "#set($m = {})#set($m.a = {'b': $m})$m"},
		{"key set of itself", "#set($m = {})#set($m.e = $m.entrySet())$m"},
		{"hash of itself", "#set($l = [1])#set($x = $l.add([$l]))$l.hashCode()"},
		{"macro", "#macro(a)#a()#end#a()"},
		{"macro tree", "#macro(a)#a()#a()#end#a()"},
		{"evaluate", "#set($s = '#evaluate($s)')#evaluate($s)"},
		{"argument by name", `#macro(m $a)#m("$a$a")#end#m('x')`},
		{"regex", "#set($s = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')$s.matches('(a*)*(a*)*\\1c')"},
		{"format", "#set($s = '')$s.format('%1000000000d', 1)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			limits := vtl.Limits{Steps: 1_000_000, Output: 1 << 20, Memory: 16 << 20}
			tmpl, err := vtl.Parse(c.name, c.src, vtl.Options{Limits: limits})
			if err == nil {
				_, err = tmpl.Render(nil, nil)
			}
			var e *vtl.Error
			if !errors.As(err, &e) {
				t.Fatalf("got error %v", err)
			}
			checkError(t, err)
			if e.Kind != vtl.LimitError && c.name != "format" {
				t.Errorf("kind %d: %v", e.Kind, err)
			}
		})
	}
}

// TestIterations: a loop of too many rounds ends without an error.
func TestIterations(t *testing.T) {
	for _, c := range []struct {
		limit int
		want  string
	}{{0, "1000"}, {7, "7"}} {
		tmpl, err := vtl.Parse("t", "#foreach($i in [1..1500])#set($n = $i)#end$n", vtl.Options{Limits: vtl.Limits{Iterations: c.limit}})
		if err != nil {
			t.Fatal(err)
		}
		out, err := tmpl.Render(nil, nil)
		if err != nil || string(out) != c.want {
			t.Errorf("limit %d: got %q, %v", c.limit, out, err)
		}
	}
}
