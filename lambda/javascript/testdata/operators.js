1 + 2
1 + 0.5
-0 + -0
1 / (-0 + -0)
9007199254740991 + 9007199254740991
1e308 + 1e308
NaN + 1
true + 1
null + 1
undefined + 1
null + "x"
undefined + "x"
"x" + null
"x" + 1.5
1 + "2"
"é" + "x"
"x" + "é"
"\ud83d" + "\ude00"
[] + []
[] + {}
[1, [2, 3]] + ""
({}) + 1
({ valueOf: () => 4 }) + 1
({ toString: () => "t" }) + 1
({ [Symbol.toPrimitive]: (h) => h }) + ""
new Date(0) + 1 === new Date(0).toString() + "1"
1n + 2n
1n + 2
1n + "2"
Symbol("x") + ""
`${Symbol("x")}`
`${{ [Symbol.toPrimitive]: (h) => h }}`
`a${1}b${null}c${undefined}d${[1, 2]}e`
`${"é"}${1}`
`${1}`
(() => { const log = []; const o = (n) => ({ toString() { log.push("s" + n); return n; }, get v() { log.push("g" + n); return this; } }); `${o("a").v}${o("b").v}`; return log.join(); })()
(() => { const log = []; const o = (n) => { log.push("e" + n); return { valueOf() { log.push("v" + n); return 1; } }; }; o("a") + o("b"); return log.join(); })()
(() => { let x = 1; x += 2; x += "3"; return x; })()
(() => { const o = { a: 1 }; o.a += 2; o["a"] += 3; return o.a; })()
(() => { const o = { a: "1" }; let n = 0; const f = () => (n++, o); f().a += 2; f()["a"] += 3; return o.a + n; })()
(() => { const a = ["x", "y"]; let i = 0; a[i++] += "z"; return a.join() + i; })()
(() => { let x = 1; const r = (x += 5); return r + x; })()
(() => { "use strict"; const o = Object.freeze({ a: "x" }); try { o.a += "y"; } catch (e) { return e.name; } return "no"; })()
(() => { const o = Object.freeze({ a: "x" }); o.a += "y"; return o.a; })()
(() => { const x = 1; try { x += 1; } catch (e) { return e.name; } })()
(() => { try { y += 1; let y; } catch (e) { return e.name; } })()
(() => { try { return undeclared + 1; } catch (e) { return e.name + ": " + e.message; } })()
(() => { class A { #p = "x"; add(s) { this.#p += s; return this.#p; } } return new A().add("y"); })()
(() => { class A { get v() { return "s"; } } class B extends A { f() { return super.v + "x"; } } return new B().f(); })()
(() => { class A { x = 1 + "a"; static y = "b" + 2; static { A.z = A.y + "c"; } } return new A().x + A.z; })()
(() => { class A { constructor(x) { this.x = x; } } class B extends A { constructor(...a) { super(...a); this.x += "b"; } } return new B("a").x; })()
1 << 3
1 << 33
-1 << 31
1.9 << 1
4294967297 << 1
"3" << 1
null << 1
1n << 70n
1n << -1n
1n << 1
(() => { let x = 1; x <<= 4; let y = 2n; y <<= 4n; return x + " " + y; })()
(() => { const o = { x: 1, y: 3n }; let n = 0; const f = () => (n++, o); f().x <<= 2; f().y **= 3n; f()["x"] **= 2; return o.x + " " + o.y + " " + n; })()
2 ** 10
2 ** -1
(-2) ** 3
2n ** 64n
2n ** -1n
2 ** 1n
NaN ** 0
(() => { let x = 3; x **= 2; return x; })()
[...[1, 2], ...new Set([3]), ..."é4", ...new Map([[5, 6]])].join()
[...(function* () { yield 1; yield 2; })()].join()
Math.max(...[1, 5, 2], ...new Uint8Array([9]))
(() => { try { return [...undefined]; } catch (e) { return e.name; } })()
(() => { try { return f(...1); function f() {} } catch (e) { return e.name; } })()
new Date(...[2020, 1, 2]).getMonth()
(() => { let s = ""; for (const x of [1, 2, 3]) { if (x === 2) continue; s += x; } return s; })()
(() => { let s = ""; outer: for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) { if (j === 1) continue outer; if (i === 2) break outer; s += i + "" + j + " "; } return s; })()
(() => { const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i + 0); return fs.map((f) => f()).join(); })()
(() => { let i = 0; do i += 1; while (i < 5); while (i < 9) i++; for (; i < 12; ) i += 1; return i; })()
(() => { let s = ""; for (var k in { a: 1, b: 2 }) s += k; return s + k; })()
(() => { for (var i = 0; i < 3; i++) var j = i + 1; return i + j; })()
(() => { if (true) { function g() { return "g" + 1; } } return g(); })()
(function () { return typeof this; })()
(function () { "use strict"; return typeof this; })()
(function () { "not strict"; "use strict"; return typeof this; })()
((a, b = a + 1, { c: c = b + 1 } = {}, [d] = [c + 1]) => a + b + c + d)(1)
(() => { const { a = 1 + 1, ...r } = { b: 2 }; const [x = "p" + "q", ...y] = []; return a + x + r.b + y.length; })()
(() => { let a, b; [a = 1 + 1, b] = [, 2]; ({ a, b: b = 3 + a } = { a: 4 }); return a + "," + b; })()
(function f(a) { return f.length + f.name + arguments.length; })(1, 2)
(async () => {}).constructor.name
(() => "x" + 1).toString()
(function (a) { return `${a}` + 1; }).toString()
(class { f() { return 1 + this.x; } }).toString()
(() => { const f = () => {}; const g = function () {}; const o = { h() {}, i: () => {} }; return f.name + g.name + o.h.name + o.i.name; })()
(() => { const o = { f() { return this.x + 1; }, x: 1 }; return o.f?.() + (o.g?.() ?? 5) + o?.["f"]() + (o.nope?.a.b.c() + "!"); })()
(() => { const a = { b: { c: () => ({ d: 7 }) } }; const f = () => a; return f()?.b.c().d + f().b?.c()?.d + f().z?.c().d; })()
(() => { const t = (s, ...v) => s.raw.join("|") + v.join(); return t`a\n${1 + 1}b${"c"}`; })()
(() => { switch ("a" + 1) { case "a" + 1: return "yes" + 1; default: return "no"; } })()
(() => { try { throw "a" + 1; } catch (e) { return e + 2; } finally { "x" + 1; } })()
(() => { function* g() { const x = "a" + (yield 1 + 1); yield `${x}${yield "b" + 1}`; } const i = g(); return [i.next().value, i.next("p").value, i.next("q").value].join(); })()
(() => { label: { const f = () => "x" + 1; if (f()) break label; } return "done" + 1; })()
(() => typeof ("a" + 1) + void (1 + 1) + !("" + "") + -("1" + "1") + +("2" + "2"))()
(() => { const f = new Function("a", "b = a + 1", "return a + b + `${arguments.length}`;"); return f(1) + f.name + f.length + f.toString().length + (f instanceof Function) + (f.constructor === Function); })()
(() => { try { new Function("a b", "return 1"); } catch (e) { return e.name; } })()
(() => { try { new Function("return 1 }, function () {"); } catch (e) { return e.name; } return "odd"; })()
Function("return 1 + 1")()
[1, 2, 3].join() + [].join() + [null, undefined, 1].join("-") + [[1, 2], [3, [4]]].join(";")
(() => { const a = [1]; a.push(a); return a.join() + String(a); })()
Array.prototype.join.call({ length: 3, 0: "a", 2: "c" }, "+")
Array.prototype.join.call("abc", "-")
[1, , 3].join()
(() => { try { return [Symbol("x")].join(); } catch (e) { return e.name; } })()
(() => { try { return Array.prototype.join.call(null); } catch (e) { return e.name; } })()
[1, [2, [3, [4]]]].flat().length + "," + [1, [2, [3, [4]]]].flat(Infinity).join() + [[1], , [2]].flat().length
[1, 2].flatMap((x, i, a) => [x, [i, a.length]]).join("|") + [].flat.length + [].flatMap.length + [].flat.name
"aXbX".replace("X", "$&$&") + "aXbX".replaceAll("X", "[$`|$']") + "aX".replace(/(a)(X)/, "$2$1$3$10$$")
"2020-01".replace(/(?<y>\d+)-(?<m>\d+)/, "$<m>/$<y>/$<z>") + "x".replace(/x/, "$<a>")
"abc".replace(/b/g, (m, i, s) => m + i + s) + "abc".replace(/(b)|(z)/, (m, a, b) => a + b)
"a.b.c".split(".").join("/") + "abc".split("").length + "abc".split().length + "a1b2".split(/\d/).join() + "a,b".split(",", 1)
"aXbX".match(/X/g).length + "aXb".match(/(X)/).index + [..."aXbX".matchAll(/X/g)].length
"a".concat("b", 1, null, [2]) + "ab".concat()
[1].concat(2, [3], [[4]]).length
String.raw`a\n${1}` + String.raw({ raw: "xyz" }, 1, 2)
JSON.stringify({ a: [1, "x", null, undefined, () => 1, { b: new Date(0) }], c: undefined, d: NaN })
JSON.stringify({ a: 1, b: { a: 2, c: 3 }, c: [{ c: 1, a: 2 }] }, ["c", "a", "b"])
JSON.stringify({ a: 1, b: [1, 2, { c: 3 }] }, null, 2)
JSON.stringify({ a: 1, b: "x" }, function (k, v) { return k === "" ? v : typeof v + this.a; }, "--")
JSON.stringify({ toJSON: (k) => "j" + k }) + JSON.stringify([new String("s"), new Number(3), Object(true)], ["0"])
JSON.stringify("x") + JSON.stringify(undefined) + JSON.stringify(null) + JSON.stringify(() => 1) + JSON.stringify({ b: 1, a: 2 }, ["a", "a", {}, "b"])
(() => { const o = {}; o.o = o; try { JSON.stringify(o); } catch (e) { return e.name; } })()
JSON.stringify.name + JSON.stringify.length + [].join.name + "".replace.length + /x/[Symbol.replace].name
