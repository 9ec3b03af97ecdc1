package mapping

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"sluice/mapping/vtl"
	"sluice/mapping/vtl/value"
)

func compile(t testing.TB, source string) *Template {
	t.Helper()
	tpl, err := CompileTemplate("t", source)
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

func render(t testing.TB, source string, s *Scope) string {
	t.Helper()
	out, err := compile(t, source).Render(nil, s)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// allocationCases have what a rendering may allocate beyond its output.
var allocationCases = []struct {
	name, source string
	most         float64
}{
	{"static", `{"statusCode": 200, "message": "fixed"}`, 0},
	{"three references", `{"a":"$context.requestId","b":"$input.params('q')","c":"$stageVariables.env"}`, 0},
	{"body", `$input.body`, 0},
}

func TestTemplatePaysNothing(t *testing.T) {
	for _, c := range allocationCases {
		tpl := compile(t, c.source)
		s := fullScope("{}")
		s.Arena = make([]byte, 0, 1<<10)
		out := make([]byte, 0, 4<<10)
		var err error
		if n := testing.AllocsPerRun(200, func() {
			s.Arena = s.Arena[:0]
			s.Overrides.Reset()
			out, err = tpl.Render(out[:0], s)
		}); n > c.most || err != nil {
			t.Errorf("%s: %v allocations (%v), want at most %v", c.name, n, err, c.most)
		}
	}
}

func BenchmarkTemplate(b *testing.B) {
	for _, c := range allocationCases {
		b.Run(c.name, func(b *testing.B) {
			tpl := compile(b, c.source)
			s := fullScope("{}")
			var out []byte
			var err error
			b.ReportAllocs()
			for b.Loop() {
				s.Arena = s.Arena[:0]
				if out, err = tpl.Render(out[:0], s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestStaticTemplate(t *testing.T) {
	for source, static := range map[string]bool{
		"": true, "x": true, "{\"statusCode\": 200}\n": true, "## note\nx": true, "$5 and #[[raw $x]]#": true,
		"$x": false, "#set($a = 1)": false, "#if(true)a#end": false,
	} {
		text, ok := compile(t, source).Static()
		if ok != static {
			t.Errorf("%q is static: %v, want %v", source, ok, static)
		}
		if got := render(t, source, &Scope{}); ok && got != string(text) {
			t.Errorf("%q prints %q, but its static text is %q", source, got, text)
		}
	}
}

func TestUsesBody(t *testing.T) {
	for source, uses := range map[string]bool{
		"x": false, "$context.requestId": false, "$input.body": true, "$input.path('$')": true,
		`#set($e = "$" + "input.body")#evaluate($e)`: true,
	} {
		if got := compile(t, source).UsesBody(); got != uses {
			t.Errorf("%q uses the body: %v, want %v", source, got, uses)
		}
	}
}

// TestBodyIsParsedOnceAndLate reads $input.body of what is no JSON, and counts
// on one parsed document for all paths.
func TestBodyIsParsedOnceAndLate(t *testing.T) {
	s := fullScope("{bad")
	if got := render(t, "$input.body", s); got != "{bad" || s.Body.parsed {
		t.Errorf("prints %q, parsed: %v", got, s.Body.parsed)
	}
	s.Body.Reset(`{"l":[1]}`)
	if got := render(t, "$input.path('$.l').add(2) $input.path('$.l') $input.json('$.l')", s); got != "true [1,2] [1,2]" {
		t.Errorf("prints %q", got)
	}
}

func TestBadBody(t *testing.T) {
	for _, source := range []string{"$input.json('$')", "$input.path('$.x')", "#set($r = $input.path('$.x'))"} {
		_, err := compile(t, source).Render(nil, fullScope("{bad"))
		var bad *BadBodyError
		var e *vtl.Error
		if !errors.As(err, &bad) || !errors.As(err, &e) || e.Line != 1 {
			t.Errorf("%s gives %v", source, err)
		}
	}
}

func TestTemplateErrors(t *testing.T) {
	_, err := CompileTemplate("POST /x application/json", "line one\n  #if($x")
	var e *vtl.Error
	if !errors.As(err, &e) || e.Name != "POST /x application/json" || e.Line != 2 || !strings.Contains(e.Error(), "\n  #if($x\n") || !strings.HasSuffix(e.Error(), "^") {
		t.Errorf("%v", err)
	}
	if _, err := CompileTemplate("t", strings.Repeat("x", MaxTemplate+1)); !errors.As(err, &e) || e.Kind != vtl.LimitError {
		t.Errorf("a template that is too large gives %v", err)
	}
	for _, source := range []string{"#include('x')", "#parse('x')", "$input.json('$[')", "$util.parseJson('{bad')", "$util.base64Decode('*')", "$util.urlDecode('%')"} {
		if tpl, err := CompileTemplate("t", source); err == nil {
			if out, err := tpl.Render(nil, fullScope("{}")); err == nil {
				t.Errorf("%s prints %q, want a failure", source, out)
			}
		}
	}
}

func TestRepeatedOverride(t *testing.T) {
	for source, repeated := range map[string]string{
		"#set($context.responseOverride.status = 200)#set($context.responseOverride.status = 201)":             "status",
		"#set($context.responseOverride.header.A = 'x')#set($context.responseOverride.header['A'] = 'y')":      "header.A",
		"$context.requestOverride.querystring.put('q','1')$!context.requestOverride.querystring.put('q', '2')": "querystring.q",
		"#set($context.requestOverride.header.A = 'x')#set($context.responseOverride.header.A = 'x')":          "",
		"#set($context.requestOverride.header.A = 'x')#set($context.requestOverride.header.a = 'x')":           "",
		"#set($context.responseOverride.custom = 'x')#set($context.responseOverride.custom = 'y')":             "",
	} {
		_, err := compile(t, source).Render(nil, fullScope(""))
		var e *RepeatedOverrideError
		if errors.As(err, &e); (e == nil) != (repeated == "") || e != nil && e.Parameter != repeated {
			t.Errorf("%s gives %v, want a repeated %q", source, err, repeated)
		}
	}
	s := fullScope("") // once in the request template and once in the response's is no repetition
	render(t, "#set($context.responseOverride.status = 200)", s)
	render(t, "#set($context.responseOverride.status = 201)", s)
	if v, _ := s.Overrides.ResponseSet().Get("status"); v.Int() != 201 {
		t.Errorf("status is %v", v.Text())
	}
}

// TestSharedMapsStayAsTheyAre: stage variables and authorizer contexts belong to
// many requests.
func TestSharedMapsStayAsTheyAre(t *testing.T) {
	s := fullScope("")
	claims := value.NewMap(1)
	claims.Put("sub", value.Of("s"))
	authorizer := value.NewMap(2)
	authorizer.Put("claims", value.OfMap(claims))
	s.Context = named{authorizer}
	got := render(t, "#set($stageVariables.env = 'x')$!stageVariables.put('a','b')$stageVariables.env $stageVariables.a"+
		"#set($context.authorizer.k = 'v')$!context.authorizer.claims.put('sub','y')$!context.authorizer.claims.remove('sub')", s)
	if got != "x bsy" {
		t.Errorf("prints %q", got)
	}
	if s.StageVariables.Len() != 1 || authorizer.Len() != 1 || claims.Len() != 1 {
		t.Error("a template changed a shared map")
	}
	if v, _ := s.StageVariables.Get("env"); v.Text() != "prod" {
		t.Error("a template changed a stage variable of others")
	}
}

// TestScopeReset: an override that holds $input shows
// nothing of a later request.
func TestScopeReset(t *testing.T) {
	s := fullScope("secret")
	render(t, "#set($context.responseOverride.custom = $input)", s)
	s.Reset()
	s.Body.Reset("next")
	if got := render(t, "[$context.responseOverride.custom][$context.requestId][$stageVariables.env]", s); got != "[][][]" {
		t.Errorf("prints %q", got)
	}
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{
		"$input.json('$.a')", "$input.path('$..a').size()", "$context.identity.keySet()", "#foreach($k in $context.keySet())$k#end",
		"$util.escapeJavaScript($input.body)", "#set($context.responseOverride.header.x = $input.params().header)", "$stageVariables.entrySet()",
		"$context.requestOverride.path.put('a', $context)$context.requestOverride.path",
	} {
		f.Add(s, `{"a":[1,{"a":"x"}]}`)
	}
	f.Fuzz(func(t *testing.T, source, body string) {
		tpl, err := CompileTemplate("t", source)
		if err != nil {
			return
		}
		s := fullScope(body)
		_, _ = tpl.Render(nil, s)
	})
}

// TestBoundsOfObjects: loops cannot make $input and $util work or hoard without
// end.
func TestBoundsOfObjects(t *testing.T) {
	body := `{"a":[` + strings.Repeat(`{"b":[1,2,3]},`, 20_000) + `0],"s":"` + strings.Repeat("x", 1<<20) + `"}`
	for _, source := range []string{
		"#foreach($i in [1..1000])#foreach($j in [1..1000])$!input.path('$..b')#end#end",
		"#set($l = [])#foreach($i in [1..1000])#set($z = $l.add($input.path('$..*')))#end",
		"#set($l = [])#foreach($i in [1..1000])#set($z = $l.add($input.json('$')))#end",
		"#set($s = $input.path('$.s'))#foreach($i in [1..1000])#set($z = $util.base64Encode($s))#end",
		"#set($s = $input.json('$'))#foreach($i in [1..1000])#set($z = $util.parseJson($s))#end",
	} {
		_, err := compile(t, source).Render(nil, fullScope(body))
		if err == nil {
			t.Errorf("%s has no bound", source)
		}
	}
}

// TestConcurrentRenderings runs one template for many requests that share their
// stage's variables; the race detector looks on.
func TestConcurrentRenderings(t *testing.T) {
	shared := value.NewMap(20)
	for _, k := range strings.Split("a b c d e f g h i j k l m n o p q r s t", " ") {
		shared.Put(k, value.Of(k+k))
	}
	tpl := compile(t, "$stageVariables.t $stageVariables.get('s')#foreach($k in $stageVariables.keySet())$k#end"+
		"$context.authorizer.t $context.authorizer.keySet().size() $input.json($stageVariables.get('a')) $input.path(\"\\$.x\")")
	expr, err := CompileExpression("stageVariables.t", IntegrationRequest)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				s := Scope{StageVariables: shared, Context: named{shared}}
				if _, err := tpl.Render(nil, &s); err != nil {
					t.Error(err)
				}
				if v, err := expr.Eval(nil, &s); err != nil || v[0] != "tt" {
					t.Error(v, err)
				}
			}
		})
	}
	group.Wait()
}
