package runtime

import (
	goruntime "runtime"
	"strconv"
	"testing"
)

func TestAccessFormats(t *testing.T) {
	var a accessFormats
	const format = "$context.requestId $context.status"
	first, err := a.compile(format)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := a.compile(format); err != nil || again != first {
		t.Errorf("%p, %v: want %p", again, err, first)
	}
	if other, err := a.compile("$context.requestId"); err != nil || other == first {
		t.Errorf("%p, %v", other, err)
	}
	if f, err := a.compile("$context.nonsense"); err == nil || f != nil {
		t.Errorf("%v, %v", f, err)
	}
	goruntime.KeepAlive(first)
	// Formats that no stage has any more do not pile up.
	for i := range 10 * fewestFormats {
		if _, err := a.compile("$context.requestId " + strconv.Itoa(i)); err != nil {
			t.Fatal(err)
		}
		if i%fewestFormats == 0 {
			goruntime.GC()
		}
	}
	if n := len(a.known); n > 4*fewestFormats {
		t.Errorf("%d formats are known", n)
	}
}
