package javascript

import (
	"encoding/json"
	"testing"

	"github.com/dop251/goja"
)

// FuzzDecode compares the decoder with encoding/json: what one takes, the other
// takes, and the values are the same.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{}`, `[1,2.5e-3,-0,"a\u00e9\ud83d\ude00\n"]`, `{"a":{"b":[null,true,false]}}`, `"\ud800"`, `{"a":1,"a":2}`, ` [ ] `, `01`, `1.`,
		`"`, `tru`, `[1,]`, `{"a"}`, `1e999`, "\"\x01\"", `"\x"`, `12345678901234567890`, `{"__proto__":1}`, "\xff", "\"\xff\"",
	} {
		f.Add(s)
	}
	vm := goja.New()
	m := &machine{vm: vm}
	stringify, _ := goja.AssertFunction(vm.Get("JSON").(*goja.Object).Get("stringify"))
	f.Fuzz(func(t *testing.T, s string) {
		v, err := m.decode(s)
		if (err == nil) != json.Valid([]byte(s)) {
			t.Fatalf("%q: %v", s, err)
		}
		if err != nil {
			return
		}
		text, err := stringify(goja.Undefined(), v)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid([]byte(text.String())) {
			t.Fatalf("%q became %q", s, text)
		}
		again, err := m.decode(text.String())
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := stringify(goja.Undefined(), again); err != nil || twice.String() != text.String() {
			t.Fatalf("%q became %q, then %q", s, text, twice)
		}
	})
}
