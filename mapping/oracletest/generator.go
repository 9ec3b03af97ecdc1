package oracletest

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// Generator makes random cases. Two generators of one seed make the same cases.
type Generator struct {
	r     *rand.Rand
	depth int
	n     int
	b     strings.Builder
}

// NewGenerator makes a generator.
func NewGenerator(seed uint64) *Generator {
	return &Generator{r: rand.New(rand.NewPCG(seed, 1))}
}

// Case makes the next case.
func (g *Generator) Case() Case {
	g.n++
	c := Case{ID: strconv.Itoa(g.n), Body: g.body()}
	if g.chance(30) {
		c.Params = map[string]map[string]string{
			"path":        {"id": "42"},
			"querystring": {"q": "red shoes & socks", "empty": ""},
			"header":      {"Host": "api.example.com", "X-Quote": `it's "quoted"`},
		}
		c.Context = map[string]any{
			"stage": "prod", "requestId": "r-1", "identity": map[string]any{"sourceIp": "192.0.2.1", "user": nil},
		}
		c.StageVariables = map[string]string{"env": "test", "url": "http://x/y?z=1"}
	}
	g.b.Reset()
	switch k := g.r.IntN(100); {
	case k < 8:
		g.calculation()
	case k < 14:
		g.callsMacros()
	case k < 20:
		g.layout()
	case k < 38:
		g.prelude()
		g.block(3)
	case k < 50:
		g.block(3)
	case k < 58:
		g.soup()
	case k < 75:
		g.prelude()
		g.w("#set($r = ")
		g.expression()
		g.w(")[$!r]#if($r)T#{else}F#end")
	default:
		g.probe()
	}
	t := g.b.String()
	if g.chance(6) {
		t = g.damage(t)
	}
	c.Template = t
	return c
}

func (g *Generator) chance(percent int) bool { return g.r.IntN(100) < percent }

func (g *Generator) pick(s ...string) string { return s[g.r.IntN(len(s))] }

func (g *Generator) w(s ...string) {
	for _, x := range s {
		g.b.WriteString(x)
	}
}

// sub returns what f writes, instead of writing it.
func (g *Generator) sub(f func()) string {
	saved := g.b.String()
	g.b.Reset()
	f()
	s := g.b.String()
	g.b.Reset()
	g.b.WriteString(saved)
	return s
}

func (g *Generator) body() string {
	switch g.r.IntN(10) {
	case 0:
		return ""
	case 1:
		return g.pick(`[1,2,3]`, `"text"`, `12`, `null`, `not json`, `{"a":`, `[]`, `[{"a":1},{"a":2}]`)
	}
	return g.pick(
		`{"a":1,"b":"two","c":[1,2,3],"d":{"e":"f","g":null},"t":true,"n":null,"s":"","f":1.5,"big":12345678901,"slash":"a/b"}`,
		`{"items":[{"id":1,"name":"Ann","tags":["x","y"]},{"id":2,"name":"Bób","tags":[]},{"id":3,"name":null}],"total":3}`,
		`{"a":{"b":{"c":[[1,2],[3,4]]}},"k-1":"dash","x y":"space","1":"one","size":7,"empty":"no"}`)
}

// prelude sets variables of all types.
func (g *Generator) prelude() {
	for _, s := range []string{
		`#set($s = 'Hello, World')`, `#set($i = 5)`, `#set($d = 2.5)`, `#set($l = [1, 'two', 3.0])`,
		`#set($m = {'a': 1, 'b': 'x', 'c': [1, 2]})`, `#set($j = $input.path('$'))`, `#set($t = true)`, `#set($e = '')`,
		`#set($n = [3, 1, 2])`, `#set($u = 'a,b;c d')`,
	} {
		if g.chance(60) {
			g.w(s)
			if g.chance(30) {
				g.w("\n")
			}
		}
	}
}

var names = []string{"a", "b", "s", "i", "d", "l", "m", "j", "t", "e", "n", "u", "x", "undef", "foreach", "velocityCount", "k-1", "under_score", "A1"}

func (g *Generator) name() string { return names[g.r.IntN(len(names))] }

// block writes statements and text.
func (g *Generator) block(max int) {
	if g.depth > 4 {
		g.text()
		return
	}
	g.depth++
	defer func() { g.depth-- }()
	for range 1 + g.r.IntN(max) {
		switch k := g.r.IntN(100); {
		case k < 25:
			g.text()
		case k < 50:
			g.reference()
		case k < 62:
			g.set()
		case k < 72:
			g.ifStatement()
		case k < 80:
			g.foreach()
		case k < 84:
			g.macro()
		case k < 86:
			g.define()
		case k < 88:
			g.evaluate()
		case k < 90:
			g.comment()
		case k < 92:
			g.w(g.pick("#break", "#stop", "#{break}", "#break($foreach)", "#break($foreach.parent)", "#{stop}", "#stop('x')", "#stop()"))
		case k < 96:
			g.escape()
		default:
			g.w("#[[", g.pick("raw $x #if", "", "a ]] b", "]#", "\n"), "]]#")
		}
	}
}

func (g *Generator) text() {
	g.w(g.pick(" ", "\n", "text", ", ", "\t", "\r\n", "  \n", "{", "}", "(", ")", "[", "]", ".", "é", "😀", "x.y", `"`, "'", "\n\n", "  ", ":", "-", "!", "#", "$", "##", `\`, `\\`, "5", "-1", "$5", "#5", "$$", "##\n", "# ", "$ ", "##x", "$.", "$[", "$!", "${", "#{", "*#", "]]#", "\r", "end", "#-", "$-", "@", "true"))
}

func (g *Generator) ws() string {
	if g.chance(75) {
		return ""
	}
	return g.pick(" ", "  ", "\t", "\n", "\r\n", " \n ")
}

// eol is what stands behind a directive.
func (g *Generator) eol() {
	if g.chance(40) {
		g.w(g.pick("\n", " \n", "\t\n", "\r\n", " ", " \r", "  \t\r\n"))
	}
}

func (g *Generator) reference() {
	if g.chance(8) {
		g.w(g.pick(`\`, `\\`, `\\\`, "$", "#", "!", "$!", "##", "a"))
	}
	g.plainReference()
	if g.chance(10) {
		g.w(g.pick(".", "..", ".5", "[", "]", "(", ")", "-", "!", "}", "{", " .x", "\n", ".-", "._", "$", "#", "#end"))
	}
}

func (g *Generator) plainReference() {
	path := g.path()
	switch k := g.r.IntN(10); {
	case k < 5:
		g.w("$", path)
	case k < 7:
		g.w("${", path, "}")
	case k < 9:
		g.w("$!", path)
	default:
		g.w(g.pick("$!{"+path+"}", `$\!`+path, `$\\!`+path, "$!!"+path, "$$"+path, "${ "+path+"}", "$ {"+path+"}", "${"+path, "$!"+path+"}"))
	}
}

// path is a reference less its "$".
func (g *Generator) path() string {
	if g.chance(12) {
		return g.pick("input", "util", "context", "stageVariables") + g.pick(
			".path('$')", ".path('$.a')", ".path('$.items')", ".path(\"$.c[0]\")", ".json('$')", ".json('$.d')", ".body", ".params()", ".params('id')",
			".params().header.Host", ".stage", ".identity.sourceIp", ".env", ".nope", ".escapeJavaScript($s)", ".parseJson('{\"a\":[1,2]}').a", ".urlEncode('a b')", ".base64Encode($s)",
			".requestOverride.header.size()", ".path('$.items[*].id')", ".path('$..id')", ".json('$.nope')", ".path($undef)")
	}
	var b strings.Builder
	b.WriteString(g.name())
	for g.chance(45) && b.Len() < 200 {
		switch k := g.r.IntN(10); {
		case k < 3:
			b.WriteString("." + g.pick("a", "b", "c", "d", "e", "items", "empty", "size", "class.name", "id", "name", "count", "index", "hasNext", "first", "last", "parent", "topmost", "k-1", "key", "value", "length", "info", "A"))
		case k < 5:
			b.WriteString("[" + g.ws() + g.indexArg() + g.ws() + "]")
		default:
			b.WriteString("." + g.call())
		}
	}
	return b.String()
}

func (g *Generator) indexArg() string {
	return g.pick("0", "1", "-1", "2", "99", "'a'", `"b"`, "$i", "$undef", "true", "$l[0]", "'k-1'", `"$e"`, "$foreach.index", "-5", `"$s"`)
}

func (g *Generator) call() string {
	a := func() string { return g.sub(func() { g.operand() }) }
	switch g.r.IntN(6) {
	case 0: // none
		return g.pick("length()", "size()", "toString()", "isEmpty()", "trim()", "toUpperCase()", "toLowerCase()", "hashCode()", "keySet()", "values()", "entrySet()", "intValue()", "doubleValue()", "longValue()", "iterator().next()", "nope()", "getClass().getName()", "clear()", "getCount()", "hasNext()", "abs()", "negate()", "isNaN()", "booleanValue()", "charValue()", "intern()", "toArray().size()", "get('a')", "clone()")
	case 1:
		return g.pick("get", "contains", "indexOf", "lastIndexOf", "equals", "add", "remove", "containsKey", "containsValue", "startsWith", "endsWith", "substring", "split", "matches", "concat", "charAt", "compareTo", "equalsIgnoreCase", "addAll", "containsAll", "valueOf", "parseInt", "codePointAt", "putAll", "put", "retainAll", "removeAll", "nope", "getOrDefault", "compareToIgnoreCase", "toHexString", "isNaN", "subSequence", "format") + "(" + g.ws() + a() + g.ws() + ")"
	case 2:
		return g.pick("replace", "replaceAll", "replaceFirst", "substring", "put", "indexOf", "set", "add", "subList", "split", "getOrDefault", "putIfAbsent", "max", "min", "lastIndexOf", "startsWith", "toString", "sum", "remove", "format", "join", "addAll", "parseInt") + "(" + a() + g.pick(",", ", ", " , ", ",\n") + a() + ")"
	case 3:
		return "replaceAll('" + g.regex() + "', '" + g.pick("", "x", "$0", "[$1]", `\\`, `\$`, "$2", "-", "<$0>", "$", `\`) + "')"
	case 4:
		return g.pick("matches('"+g.regex()+"')", "split('"+g.regex()+"').size()", "split('"+g.regex()+"')[0]", "replaceFirst('"+g.regex()+"','_')", "split('"+g.regex()+"', "+g.pick("0", "1", "2", "-1", "5")+").size()")
	}
	return g.pick("substring(0,1)", "substring("+strconv.Itoa(g.r.IntN(8))+")", "replace('o','0')", "split(',')[0]", "split(' ').size()", "get(0)", "get("+a()+")", "put('z',9)", "toString().length()", "add("+a()+")", "keySet().contains('a')", "entrySet().iterator().next().key", "format('%d|%s|%5.2f|%x', 5, 'a', 1.5, 255)", "join('-', "+a()+")", "foo("+a()+","+a()+","+a()+")", "subList(0,1)", "indexOf('l', 3)")
}

func (g *Generator) regex() string {
	var b strings.Builder
	for range 1 + g.r.IntN(4) {
		b.WriteString(g.pick("a", "o", "l+", "[a-z]", "[^,]", ".", "\\\\w", "\\\\d+", "\\\\s*", "(o)", "(l|o)", "^", "$", "\\\\b", ".*", ".+?", "[A-Z]+", "(?i)h", "l{2}", "(?=o)", "\\\\1", "(?:x|y)?", "[\\\\w&&[^o]]", "\\\\.", ",", ";", "a*", "x|", "|", "\\\\W", "(?<k>l)", "\\\\p{Alpha}", "[", "(", "*", "+", "o++", "\\\\Qo\\\\E"))
	}
	return strings.ReplaceAll(b.String(), `\\`, `\`)
}

func (g *Generator) number() string {
	return g.pick("0", "1", "2", "3", "7", "10", "-1", "-7", "100", "2147483647", "-2147483648", "2147483648", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "99999999999999999999", "1.0", "2.5", "-0.5", "1e3", "1.5e-3", "3.", ".5", "1E10", "0.1", "123456789.123", "-0", "007", "4.35", "1e400", "100.0", "0.30000000000000004")
}

func (g *Generator) str() {
	if g.chance(50) {
		g.w("'", g.pick("", "a", "abc", "two", "x y", "o", "it''s", "l", "$s", "#if", "\n", `\`, `"`, "é", "1", "5", "true", ",", "a.b", "😀x", "%s"), "'")
		return
	}
	switch g.r.IntN(6) {
	case 0:
		g.w(`"`, g.pick("", "a", "abc", `""`, "b", "\\u0041", "\\n", "'", "#", "$", "##", "x#", "$ ", `\$s`, `\\`, "\n", "\\u00e9", "\\u12", "#if(true)y#end", "#foreach($q in [1,2])$q#end", "#set($x = 9)", "${s}", "$!undef", "$undef", "a#stop", "#[[z]]#"), `"`)
	case 1:
		g.w(`"`, g.pick("v=", " ", "", "#"))
		if g.depth < 4 {
			g.depth++
			s := g.sub(func() { g.plainReference() })
			g.depth--
			g.w(strings.ReplaceAll(s, `"`, `""`))
		} else {
			g.w("$s")
		}
		g.w(g.pick("", " ", "!", ".", "\n", "##", "$"), `"`)
	default:
		g.w(`"$`, g.name(), g.pick("", " ", ".", "x", "-", "[0]", ".a", "##c"), `"`)
	}
}

func (g *Generator) operand() {
	g.depth++
	defer func() { g.depth-- }()
	switch k := g.r.IntN(100); {
	case g.depth > 6 || k < 30:
		g.w(g.number())
	case k < 50:
		g.str()
	case k < 75:
		g.plainReference()
	case k < 80:
		g.w(g.pick("true", "false", "true", "false", "true", "false", "null"))
	case k < 88:
		g.w("[", g.ws())
		for i := range g.r.IntN(4) {
			if i > 0 {
				g.w(g.pick(",", ", ", " ,"))
			}
			g.operand()
		}
		g.w(g.ws(), "]")
	case k < 94:
		g.w("{", g.ws())
		for i := range g.r.IntN(3) {
			if i > 0 {
				g.w(",")
			}
			g.w(g.pick("'a'", `"b"`, "1", "$s", "$undef", "'z' ", "true", "1.5"), g.pick(":", " : ", ": "))
			g.operand()
		}
		g.w(g.ws(), "}")
	default:
		g.w("[", g.ws(), g.pick("1", "3", "-2", "$i", "$undef", "0", "$l.size()"), g.ws(), "..", g.ws(), g.pick("1", "4", "-1", "$i", "$d", "2"), g.ws(), "]")
	}
}

func (g *Generator) expression() {
	g.depth++
	defer func() { g.depth-- }()
	g.w(g.ws())
	switch k := g.r.IntN(100); {
	case g.depth > 5 || k < 45:
		g.operand()
	case k < 75:
		g.expression()
		g.w(g.ws(), g.pick("+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||", " and ", " or ", " eq ", " ne ", " lt ", " gt ", " le ", " ge ", " + ", " - ", " == ", " != ", "+", " + "), g.ws())
		g.expression()
	case k < 85:
		g.w(g.pick("!", "not ", "! ", "!!"))
		g.expression()
	default:
		g.w("(")
		g.expression()
		g.w(")")
	}
	g.w(g.ws())
}

func (g *Generator) set() {
	if g.chance(30) {
		g.w(g.pick(" ", "  ", "\n", "\n  ", "\t", " \n"))
	}
	g.w(g.pick("#set(", "#set(", "#set(", "#set (", "#{set}(", "#set( ", "#set\t(", "#set  ("))
	switch k := g.r.IntN(10); {
	case k < 7:
		g.w("$", g.pick("x", "a", "b", "s", "i", "m.q", "m.a", "j.new", "l[0]", "m['k']", "context.requestOverride.header.X", "x"))
	case k < 8:
		g.plainReference()
	default:
		g.w(g.pick("$!x", "${x}", "$!{x}", "${m.z}", "$undef.q", "$foreach.q", "$l[9]", "$s.x", "$m[1]"))
	}
	g.w(g.ws(), "=", g.ws())
	g.expression()
	g.w(")")
	g.eol()
}

func (g *Generator) end() {
	g.w(g.pick("#end", "#end", "#end", "#{end}"))
	g.eol()
}

func (g *Generator) ifStatement() {
	g.w(g.pick("#if(", "#if(", "#if (", "#{if}(", "#if\n("))
	g.expression()
	g.w(")")
	g.eol()
	g.block(2)
	for g.chance(25) {
		g.w(g.pick("#elseif(", "#{elseif}(", "#elseif ("))
		g.expression()
		g.w(")")
		g.eol()
		g.block(2)
	}
	if g.chance(50) {
		g.w(g.pick("#else", "#{else}", "#{else}"))
		g.eol()
		g.block(2)
	}
	g.end()
}

func (g *Generator) foreach() {
	g.w(g.pick("#foreach(", "#foreach( ", "#foreach (", "#{foreach}("), "$", g.pick("x", "y", "q", "s", "{z}", "!w", "foreach"), " ", g.pick("in ", "in ", "in ", "in ", "in\n", "", "of "))
	switch g.r.IntN(6) {
	case 0:
		g.operand()
	case 1:
		g.w("[1..", g.pick("3", "1", "$i", "0"), "]")
	default:
		g.w(g.pick("$l", "$m", "$n", "$j.c", "$j.items", "$m.keySet()", "$m.entrySet()", "$u.split(',')", "$undef", "[1,2]", "['a','b']", "[]", "{'p':1,'q':2}", "$s", "$i", "[$undef,1]", "$l.iterator()"))
	}
	g.w(g.ws(), ")")
	g.eol()
	if g.chance(60) {
		g.w("$", g.pick("x", "y", "q", "foreach.count", "foreach.index", "foreach.hasNext", "velocityCount", "foreach.first", "foreach.parent.index", "foreach.topmost.count", "velocityHasNext"))
	}
	g.block(2)
	if g.chance(25) {
		g.w("#if($foreach.hasNext), #end")
	}
	g.end()
}

func (g *Generator) macro() {
	name := g.pick("m1", "m2", "foo", "x")
	if g.chance(50) {
		g.w(g.pick("#macro(", "#macro( ", "#macro ("), name)
		for range g.r.IntN(3) {
			g.w(g.pick(" ", ", ", ",", "\n"), "$", g.pick("x", "a", "p", "q"))
		}
		g.w(g.ws(), ")")
		g.eol()
		if g.chance(50) {
			g.w("[$", g.pick("p", "x", "a", "bodyContent", "!bodyContent", "{p}", "!q"), "]")
		}
		g.block(2)
		g.end()
	}
	if g.chance(80) {
		block := g.chance(15)
		g.w("#")
		if block {
			g.w("@")
		}
		if !block && g.chance(10) {
			g.w("{", name, "}")
		} else {
			g.w(name)
		}
		if g.chance(85) || block {
			g.w(g.pick("(", "(", " (", "( "))
			for i := range g.r.IntN(4) {
				if i > 0 {
					g.w(g.pick(" ", ", ", ","))
				}
				g.operand()
			}
			g.w(")")
			g.eol()
		}
		if block {
			g.block(2)
			g.end()
		}
	}
}

func (g *Generator) define() {
	g.w("#define(", g.pick("$", "$", "$!", "${"), g.pick("x", "def", "a"), g.pick("", ""), ")")
	g.eol()
	g.block(2)
	g.end()
	g.w(g.pick("$def", "$x", "", "$!def", "$a", "[$def]", `#set($z = "$def")$z`, "$def.length()", "#if($def == 'text')same#end"))
}

func (g *Generator) evaluate() {
	g.w("#evaluate(")
	if g.chance(50) {
		s := g.sub(func() { g.block(2) })
		g.w(`'`, strings.ReplaceAll(s, `'`, `''`), `'`)
	} else {
		g.operand()
	}
	g.w(")")
	g.eol()
}

func (g *Generator) comment() {
	g.w(g.pick("## line\n", "##\n", "#* block *#", "#**#", "#** doc *#", "#* a\nb *#\n", "## x $y #if\r\n", "#*x*# ", "##", "#***#", "#* $x *# y", "  ## c\n"))
}

func (g *Generator) escape() {
	g.w(g.pick(`\$s`, `\\$s`, `\\\$s`, `\$undef`, `\\$undef`, `\#if`, `\#end`, `\\#if(true)x#end`, `\#foo`, `\#set($x=1)`, `\\#set($x=1)`, `\#{if}`, `\\#foo`, `\!`, `\$!s`, `\${s}`, `\$!{undef}`, `\#m1($s)`, `\\#m1($s)`, `\##`, `\\##x`, `\#[[a]]#`, `\#*b*#`, `\`, `\\`, `\\\`, `\#foreach`, `\#macro`, `\#evaluate('a')`, `\#@m1`, `\#else`, "\\\n", `$\!s`, `$\\!s`, `\#stop`))
}

// probe calls one method that exists, mostly with arguments that fit.
func (g *Generator) probe() {
	str := func() string {
		return g.pick("''", "'a'", "'o'", "'l'", "'World'", "', '", "'Hello, World'", "'é'", "'😀'", "'HELLO'", "'lo'", "$e", "$s", "'5'", "'-12'", "'true'", "' x '", "'ß'", "'1.5'", "$undef", "$c")
	}
	in := func() string { return g.pick("0", "1", "2", "3", "5", "7", "-1", "12", "13", "99", "$i", "2147483647") }
	any := func() string { return g.sub(func() { g.operand() }) }
	num := func() string { return g.pick("0", "1", "-7", "255", "2147483647", "-2147483648", "1234567") }
	g.w("#set($e = '')#set($i = 5)#set($s = 'Hello, World')#set($z = 'aé😀bA')#set($c = $s.charAt(4))#set($l = [3, 'x', 1, 'x', 2.5])#set($m = {'a': 1, 'b': 'x', 1: 'one', 'n': [1]})#set($j = $input.path('$'))#set($h = {'a': 1})")
	call := ""
	switch g.r.IntN(9) {
	case 0, 1:
		call = g.pick("$s", "$z", "$e", "$u") + "." + g.pick(
			"length()", "isEmpty()", "trim()", "toUpperCase()", "toLowerCase()", "hashCode()", "strip()", "isBlank()", "bytes.size()", "empty", "toCharArray().size()", "getBytes()[0]", "class.simpleName",
			"charAt("+in()+")", "codePointAt("+in()+")", "substring("+in()+")", "substring("+in()+", "+in()+")", "subSequence("+in()+", "+in()+")", "repeat("+g.pick("0", "1", "3", "-1")+")",
			"indexOf("+str()+")", "indexOf("+str()+", "+in()+")", "lastIndexOf("+str()+")", "lastIndexOf("+str()+", "+in()+")", "indexOf("+in()+")", "lastIndexOf(111)", "indexOf(108, "+in()+")",
			"contains("+str()+")", "startsWith("+str()+")", "startsWith("+str()+", "+in()+")", "endsWith("+str()+")", "equals("+str()+")", "equalsIgnoreCase("+str()+")", "compareTo("+str()+")", "compareToIgnoreCase("+str()+")",
			"concat("+str()+")", "replace("+str()+", "+str()+")", "replace($c, $c)", "contentEquals("+str()+")", "matches("+str()+")", "replaceAll("+str()+", "+str()+")", "replaceFirst("+str()+", "+str()+")",
			"split("+str()+").size()", "split("+str()+")[0]", "split("+str()+", "+in()+").size()", "regionMatches("+in()+", "+str()+", "+in()+", "+in()+")", "regionMatches(true, "+in()+", "+str()+", "+in()+", "+in()+")",
			"codePointCount("+in()+", "+in()+")", "offsetByCodePoints("+in()+", "+in()+")", "valueOf("+any()+")", "join("+str()+", $l)", "join("+str()+", ['a','b'])", "join("+str()+", "+str()+", "+str()+")", "join("+str()+", $s.split('l'))",
			"length().toString()", "intern()", "format('%s', "+any()+")", "toString()", "codePointBefore("+in()+")")
	case 2:
		call = "$s.format('" + g.pick("%s", "%5s", "%-5s|", "%.2s", "%S", "%d", "%05d", "%,d", "%+d", "%(d", "% d", "%x", "%X", "%o", "%08x", "%#x", "%c", "%b", "%B", "%n", "%%", "%f", "%.2f", "%8.3f", "%e", "%.3e", "%g", "%,.2f", "%1$s %1$s", "%h", "%-8d|", "%010.2f", "%s %s", "%2$s %1$s", "%<s", "%", "%q", "%5", "%.0f", "%+.1f", "%E", "%,d %s") + "', " + any() + g.pick("", ", "+any()) + ")"
	case 3:
		call = g.pick("$i", "$i", "$j.big", "$j.f", "1.5") + "." + g.pick(
			"intValue()", "longValue()", "doubleValue()", "floatValue()", "hashCode()", "toString()", "equals("+any()+")", "compareTo("+num()+")", "parseInt("+str()+")", "parseInt("+str()+", "+in()+")", "valueOf("+str()+")", "valueOf("+num()+")",
			"toString("+num()+")", "toString("+num()+", "+in()+")", "toHexString("+num()+")", "toBinaryString("+num()+")", "toOctalString("+num()+")", "max("+num()+", "+num()+")", "min("+num()+", "+num()+")", "sum("+num()+", "+num()+")",
			"compare("+num()+", "+num()+")", "signum("+num()+")", "bitCount("+num()+")", "reverse("+num()+")", "highestOneBit("+num()+")", "lowestOneBit("+num()+")", "numberOfLeadingZeros("+num()+")", "numberOfTrailingZeros("+num()+")", "decode("+g.pick("'0x1F'", "'#ff'", "'010'", "'-5'", "'x'")+")",
			"parseLong("+str()+")", "isNaN()", "isInfinite()", "parseDouble("+str()+")", "naN", "shortValue()", "byteValue()", "class.name")
	case 4:
		call = "$l." + g.pick("size()", "isEmpty()", "empty", "get("+in()+")", "contains("+any()+")", "indexOf("+any()+")", "lastIndexOf("+any()+")", "add("+any()+") $l", "add("+in()+", "+any()+")$l", "set("+in()+", "+any()+")$l", "remove("+in()+")$l", "remove("+str()+")$l", "addAll($l)$l", "addAll("+in()+", [7,8])$l", "removeAll(['x'])$l", "retainAll(['x', 1])$l", "containsAll([1])", "subList("+in()+", "+in()+")", "toString()", "hashCode()", "equals($l)", "iterator().next()", "toArray()[0]", "clear()$l", "clone()", "toJSONString()", "addAll($m.keySet())$l", "addAll($m.values())$l", "listIterator().next()")
	case 5:
		call = "$m." + g.pick("size()", "isEmpty()", "get("+any()+")", "put("+str()+", "+any()+")$m", "containsKey("+any()+")", "containsValue("+any()+")", "remove("+str()+")$m", "remove(1)$m", "keySet()", "values()", "entrySet()", "putAll($h)$m", "putAll({'q':1})$m", "getOrDefault("+str()+", "+any()+")", "putIfAbsent("+str()+", "+any()+")$m", "replace("+str()+", 'R')$m", "remove('a', 1)$m", "replace('a', 1, 2)$m", "keySet().contains("+str()+")", "keySet().remove('a')$m", "values().contains('x')", "values().remove('x')$m", "entrySet().iterator().next().value", "keySet().size()", "keySet().toArray()[0]", "equals($m)", "hashCode()", "clear()$m", "clone()", "keySet().containsAll(['a'])", "keySet().retainAll(['a'])$m", "keySet().equals($m.keySet())", "keySet().hashCode()", "entrySet().iterator().next().setValue('S')$m", "values().iterator().next()", "keySet().clear()$m", "toString().length()", "entrySet().contains(1)")
	case 6:
		call = g.pick("$j", "$j.a", "$j.c", "$j.items", "$j.d", "$j.items[0]", "$j.n", "$j.t", "$j.s") + "." + g.pick("size()", "toString()", "get(0)", "keySet()", "entrySet()", "values()", "hashCode()", "equals($j)", "isEmpty()", "get('a')", "contains(1)", "indexOf(2)", "add(9)", "put('x',1)", "class.name", "length()", "booleanValue()", "compareTo(true)", "items.size()", "id", "iterator().hasNext()", "subList(0,1)", "appendElement(5)", "clone()")
	case 7:
		call = "$c." + g.pick("toString()", "charValue()", "compareTo($c)", "equals("+any()+")", "hashCode()", "isDigit($c)", "isLetter($c)", "toUpperCase($c)", "isUpperCase($c)", "valueOf($c)", "isWhitespace($c)")
	default:
		call = "$s.replaceAll('" + g.regex() + "', '" + g.pick("", "x", "$0", "[$1]", `\`, `\$`, "-") + "')"
	}
	g.w(g.pick("["+call+"]", "#set($r = "+call+")[$!r]", "#if("+call+")T#{else}F#end", "#foreach($q in "+call+")($q)#end", "#set($r = "+call+")#if($r == "+any()+")same#end", "["+call+"]", "["+call+"]"))
}

// calculation is arithmetic on numbers of all types, with their classes.
func (g *Generator) calculation() {
	g.w("#set($j = {'big': 12345678901, 'f': 1.5})#set($h = 99999999999999999999)#set($p = $util.parseJson('{\"d\":1.23456789012345678901,\"l\":9223372036854775807}'))#set($r = ")
	var number func(depth int)
	number = func(depth int) {
		if depth == 0 || g.chance(25) {
			g.w(g.pick(g.number(), g.number(), "$j.big", "$j.f", "$h", "$p.d", "$p.l", "$undef", "$r"))
			return
		}
		if g.chance(40) {
			g.w("(")
			defer g.w(")")
		}
		number(depth - 1)
		g.w(" ", g.pick("+", "-", "*", "/", "%", "+", "-", "*"), " ")
		number(depth - 1)
	}
	number(1 + g.r.IntN(3))
	g.w(")$r $!r.class.simpleName")
	if g.chance(40) {
		g.w("#if(")
		number(1)
		g.w(g.pick(" < ", " <= ", " > ", " >= ", " == ", " != "))
		number(1)
		g.w(")T#{else}F#end")
	}
	if g.chance(30) {
		g.w("#set($r = $r.", g.pick("intValue()", "longValue()", "doubleValue()", "toString()", "negate()", "abs()", "hashCode()", "floatValue()", "equals($r)", "compareTo($r)", "add($r)", "multiply($r)", "setScale(2, 4)", "toPlainString()", "stripTrailingZeros()", "scale()", "precision()", "signum()", "pow(2)", "subtract($r)", "max($r)", "divide($r)", "mod($r)"), ")$r")
	}
}

// callsMacros is macros that call each other, with arguments of all kinds.
func (g *Generator) callsMacros() {
	arg := func() string {
		return g.pick("$a", "$x", "$undef", "'lit'", `"v$a"`, `"$x#set($a = 7)"`, "5", "true", "[1,$a]", "{'k':$x}", "[1..3]", "$m.k", "$x.length()", `"$undef"`, "$!a", "${x}")
	}
	use := func() {
		g.w(g.pick("$p", "$q", "$!p", "${p}", "$p.length()", "$q.size()", "$a", "$x", "#set($p = 'set')$p", "#set($a = 'A')", "#set($q = $p)", "$bodyContent", "#if($p)y#end", "#foreach($p in [1,2])$p#end", "#foreach($i in $q)$i$p#end", "#break", "#define($p)d#end$p", "$p.k", `"$p"`, "#set($z = \"<$p>\")$z", "\n", " "))
	}
	g.w("#set($a = 'aa')#set($x = 'xx')#set($m = {'k': 'v'})")
	g.w("#macro(inner $p $q)")
	for range 1 + g.r.IntN(4) {
		use()
	}
	g.w("#end", g.pick("", "\n"), "#macro(outer $p)")
	for range g.r.IntN(3) {
		use()
	}
	g.w("#inner(", g.pick("$p", arg()), " ", arg(), ")")
	for range g.r.IntN(3) {
		use()
	}
	g.w("#end\n")
	for range 1 + g.r.IntN(3) {
		switch g.r.IntN(4) {
		case 0:
			g.w("#outer(", arg(), ")")
		case 1:
			g.w("#inner(", arg(), g.pick(" ", ", "), arg(), ")")
		case 2:
			g.w("#@outer(", arg(), ")body $p#end")
		case 3:
			g.w("#foreach($i in [1..3])#inner($i $foreach.count)#end")
		}
		g.w(g.pick("|", "\n", " $a $x "))
	}
}

// layout is directives on lines of their own and within lines.
func (g *Generator) layout() {
	gap := func() { g.w(g.pick("", "", " ", "  ", "\t", "\n", "\n\n", " \n", "\r\n", " \t\r\n", "\r", "x", " x ")) }
	var lines func(depth int)
	lines = func(depth int) {
		for range 1 + g.r.IntN(4) {
			gap()
			switch k := g.r.IntN(10); {
			case k < 3:
				g.w(g.pick("#set($a = 1)", "#set( $a = 1 )", "#{set}($a = 1)", "#set ($a = 1)"))
			case k < 5 || depth == 0:
				g.w(g.pick("$a", "text", "## comment", "#* block *#", "${a}", "$!u", "#[[x]]#", "#m1()", "#stop", `\#set($a = 1)`, "$a.b"))
			case k < 7:
				g.w(g.pick("#if(true)", "#if($u)", "#if( true )", "#{if}(true)"))
				lines(depth - 1)
				if g.chance(40) {
					g.w(g.pick("#else", "#{else}", "#elseif(true)"))
					lines(depth - 1)
				}
				g.w(g.pick("#end", "#{end}"))
			case k < 9:
				g.w("#foreach($i in [1,2])")
				lines(depth - 1)
				g.w(g.pick("#end", "#{end}"))
			default:
				g.w(g.pick("#macro(m1)", "#define($d)", "#@m1()"))
				lines(depth - 1)
				g.w("#end")
			}
			gap()
		}
	}
	lines(2)
}

// soup is a mix of the language's pieces.
func (g *Generator) soup() {
	for range 1 + g.r.IntN(14) {
		g.w(g.pick("$", "#", "{", "}", "(", ")", "[", "]", "!", "\\", "\"", "'", ".", "..", ",", ":", "a", "s", "foo", "if", "end", "else", "elseif", "set", "foreach", "macro", " ", "\n", "\t", "\r\n", "=", "==", "+", "-", "*", "/", "1", "0", "1.5", "#if(", "#end", "#set($", "$s", "$!", "${", "#*", "*#", "##", "#[[", "]]#", "in", "@", "&&", "||", "<", ">", "true", "false", "#foreach($x in ", "#else", "é", "#{", "stop", "define", "#macro(", "evaluate", "-", "_", "#(", "$(", "|", "%", "&", ";", "literal", "#literal()", "#m1(", "break", "include", "#define($"))
	}
}

// damage changes a template at random places.
func (g *Generator) damage(t string) string {
	for range 1 + g.r.IntN(3) {
		if t == "" {
			return t
		}
		at := g.r.IntN(len(t))
		for at > 0 && t[at]&0xC0 == 0x80 {
			at--
		}
		end := min(len(t), at+1)
		for end < len(t) && t[end]&0xC0 == 0x80 {
			end++
		}
		switch g.r.IntN(4) {
		case 0:
			t = t[:at] + t[end:]
		case 1:
			t = t[:at] + g.pick("$", "#", "(", ")", "{", "}", "\"", "'", "\\", " ", "\n", "!", "[", "]", ".", "#end", "#if", ",", "..") + t[at:]
		case 2:
			t = t[:at] + t[at:end] + t[at:]
		case 3:
			t = t[:at]
		}
	}
	return t
}
