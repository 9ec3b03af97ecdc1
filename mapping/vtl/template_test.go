package vtl_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"sluice/mapping/vtl"
	"sluice/mapping/vtl/value"
)

// context is a root value as a gateway would give it.
func context(t testing.TB) *vtl.Env {
	doc, err := value.ParseJSON(`{"stage":"prod","requestId":"r-1","identity":{"sourceIp":"192.0.2.1"}}`)
	if err != nil {
		t.Fatal(err)
	}
	return &vtl.Env{Roots: []value.Value{doc}}
}

func parse(t testing.TB, src string, mode vtl.Mode) *vtl.Template {
	t.Helper()
	tmpl, err := vtl.Parse("t", src, vtl.Options{Mode: mode, Roots: []string{"context"}})
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

const threeReferences = `{"stage":"$context.stage","id":"$context.requestId","ip":"$context.identity.sourceIp"}`

// TestAllocations: a static template and one with three references allocate
// nothing but the output.
func TestAllocations(t *testing.T) {
	env := context(t)
	out := make([]byte, 0, 1024)
	for _, src := range []string{`{"static": true}`, threeReferences} {
		tmpl := parse(t, src, vtl.AWS)
		if n := testing.AllocsPerRun(100, func() {
			var err error
			if out, err = tmpl.Render(out[:0], env); err != nil {
				t.Fatal(err)
			}
		}); n > 0 && !raceEnabled {
			t.Errorf("%q allocates %v times", src, n)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"unclosed", "{\n  #if($a)\n", "unclosed:2:3: #if has no #end\n  #if($a)\n  ^"},
		{"token", "é #set($x = )", "token:1:13: unexpected \")\"\né #set($x = )\n            ^"},
		{"tab", "\t#set($x = )", "tab:1:12: unexpected \")\"\n\t#set($x = )\n\t          ^"},
		{"method", "a\r\n$s.substring(9)", "method:2:4: StringIndexOutOfBoundsException: index 9 out of bounds for length 2\n$s.substring(9)\n   ^"},
		{"in a string", "#set($x = \"$s.substring(9)\")", "in a string:1:11: StringIndexOutOfBoundsException: index 9 out of bounds for length 2\n#set($x = \"$s.substring(9)\")\n          ^"},
		{"parse", "#parse('x')", "parse:1:1: #parse is not supported\n#parse('x')\n^"},
		{"evaluated", "\n#evaluate('#if(')", "evaluated:2:1: unexpected end of template in the text of #evaluate\n#evaluate('#if(')\n^"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tmpl, err := vtl.Parse(c.name, c.src, vtl.Options{Roots: []string{"s"}})
			if err == nil {
				_, err = tmpl.Render(nil, &vtl.Env{Roots: []value.Value{value.Of("ab")}})
			}
			if err == nil || err.Error() != c.want {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}

// failing is an object whose methods fail.
type failing struct{ err error }

func (failing) Property(string) (value.Value, bool)  { return value.Value{}, false }
func (failing) SetProperty(string, value.Value) bool { return false }
func (failing) AppendText(dst []byte) []byte         { return append(dst, "failing"...) }

func (f failing) Call(string, []value.Value) (value.Value, bool, error) {
	return value.Value{}, true, f.err
}

// TestCause: what a method of a root value fails with lies in the chain.
func TestCause(t *testing.T) {
	cause := errors.New("no JSON")
	tmpl := parse(t, "$context.path('$')", vtl.AWS)
	_, err := tmpl.Render(nil, &vtl.Env{Roots: []value.Value{value.OfObject(&failing{cause})}})
	var e *vtl.Error
	if !errors.Is(err, cause) || !errors.As(err, &e) || e.Kind != vtl.RuntimeError {
		t.Errorf("got %v", err)
	}
}

// TestModes shows what the one switch changes.
func TestModes(t *testing.T) {
	for _, c := range []struct{ src, plain, aws string }{
		{"[$u]", "[$u]", "[]"},
		{"[$u.a.b()]", "[$u.a.b()]", "[]"},
		{"[$!u]", "[]", "[]"},
		{`[\$u]`, `[\$u]`, `[\$u]`},
		{"#if($u == '')T#{else}F#end", "F", "T"},
		{"#if($u != '')T#{else}F#end", "T", "F"},
		{"#if($u == $null)T#{else}F#end", "T", "T"},
		{"#if($u)T#{else}F#end", "F", "F"},
		{"#set($x = 1)#set($x = $u)$x", "1", "1"},
		{"#set($x = $u + 'a')$x", "$ua", "a"},
		{`#set($x = "$u")[$x]`, "[$u]", "[]"},
	} {
		for mode, want := range map[vtl.Mode]string{vtl.Plain: c.plain, vtl.AWS: c.aws} {
			out, err := parse(t, c.src, mode).Render(nil, nil)
			if err != nil || string(out) != want {
				t.Errorf("mode %d %q: got %q, %v, want %q", mode, c.src, out, err, want)
			}
		}
	}
}

// TestKeptBlock: a #define block that a template has left in a value can be
// printed after the rendering, and does not disturb later ones.
func TestKeptBlock(t *testing.T) {
	env := context(t)
	tmpl := parse(t, "#set($x = 'kept')#define($b)[$x]#end#set($context.block = $b)", vtl.AWS)
	if _, err := tmpl.Render(nil, env); err != nil {
		t.Fatal(err)
	}
	if _, err := parse(t, "#set($x = 'other')", vtl.AWS).Render(nil, env); err != nil {
		t.Fatal(err)
	}
	b, _ := env.Roots[0].Map().Get("block")
	if got := b.Text(); got != "[kept]" {
		t.Errorf("got %q", got)
	}
}

// TestBlockInList: a block that is printed as a part of something else.
func TestBlockInList(t *testing.T) {
	if _, err := parse(t, "#set($m = {})#set($l = [])#define($d)$l.clear()$m.clear()#end#set($m.a = $d)#set($m.b = 1)#set($x = $l.addAll([$d, 1]))$l$m", vtl.AWS).Render(nil, nil); err != nil {
		t.Error(err) // the block takes out what is being printed
	}
	src := "#define($d)a#foreach($i in [1..3])$i#end#end#set($l = ['first', $d, 'last'])<$l>#set($m = {'k': $d})<$m>"
	out, err := parse(t, src, vtl.AWS).Render([]byte("before"), nil)
	if want := "before<[first, a123, last]><{k=a123}>"; err != nil || string(out) != want {
		t.Errorf("got %q, %v, want %q", out, err, want)
	}
}

func TestTrace(t *testing.T) {
	env := context(t)
	var seen []string
	env.Trace = func(ref string, v value.Value) { seen = append(seen, ref+"="+v.Text()) }
	if _, err := parse(t, "$context.stage ${context.nope} $!{context.requestId}", vtl.AWS).Render(nil, env); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(seen, " "); got != "$context.stage=prod ${context.nope}=null $!{context.requestId}=r-1" {
		t.Errorf("got %q", got)
	}
}

// TestConcurrent renders one template from many goroutines.
func TestConcurrent(t *testing.T) {
	tmpl := parse(t, "#macro(m $a)[$a#if($a == 'x')$bodyContent#end]#end#foreach($i in [1..20])#@m('x')$foreach.count#end#evaluate('$i,')#end", vtl.AWS)
	want, err := tmpl.Render(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if got, err := tmpl.Render(nil, nil); err != nil || string(got) != string(want) {
					t.Errorf("got %q, %v", got, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkThreeReferences(b *testing.B) {
	env, tmpl := context(b), parse(b, threeReferences, vtl.AWS)
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		out, _ = tmpl.Render(out[:0], env)
	}
}

func BenchmarkParse(b *testing.B) {
	src := strings.Repeat("{\"a\": \"$util.escapeJavaScript($x.a)\"#if($x.b > 1 && $y != \"$z\"), \"b\": $x.b#end}\n", 20)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := vtl.Parse("t", src, vtl.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
