package runtime

import (
	"fmt"
	"regexp"
	"testing"
	"time"
)

func TestIdentifiers(t *testing.T) {
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	extended := regexp.MustCompile(`^[A-Za-z0-9+/]{15}=$`)
	seen := map[string]bool{}
	for range 1000 {
		id := string(appendUUID(nil))
		if !uuid.MatchString(id) || !isUUID(id) || seen[id] {
			t.Fatalf("bad or repeated request id %q", id)
		}
		seen[id] = true
		if ext := string(appendExtendedID(nil)); !extended.MatchString(ext) {
			t.Fatalf("bad extended id %q", ext)
		}
	}
	for _, s := range []string{"", "x", "7f2c1a7e-1d2b-4c7e-9a55-0f3e2b1c4d5", "7f2c1a7e-1d2b-4c7e-9a55-0f3e2b1c4d5g", "7f2c1a7e01d2b-4c7e-9a55-0f3e2b1c4d5e"} {
		if isUUID(s) {
			t.Errorf("isUUID(%q) = true", s)
		}
	}
}

// TestTraceID has the rows of aws-facts/data-plane.md section 3, last paragraph.
func TestTraceID(t *testing.T) {
	now := time.Unix(0x5f84c7a1, 0)
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "", `^Root=1-5f84c7a1-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01]$`},
		{"all three", "Root=1-a-b;Parent=c;Sampled=1", `^Root=1-a-b;Parent=c;Sampled=1$`},
		{"with lineage", "Root=1-a-b;Parent=c;Sampled=1;Lineage=x:0", `^Root=1-a-b;Parent=c;Sampled=1;Lineage=x:0$`},
		{"root alone", "Root=1-a-b", `^Root=1-a-b;Parent=[0-9a-f]{16};Sampled=[01]$`},
		{"garbage", "hello", `^Root=1-5f84c7a1-`},
	} {
		if got := string(appendTraceID(nil, c.in, now)); !regexp.MustCompile(c.want).MatchString(got) {
			t.Errorf("%s: %q does not match %s", c.name, got, c.want)
		}
	}
}

func TestAppendHex(t *testing.T) {
	for _, v := range []uint64{0, 1, 0x9abcdef012345678, 0xffffffffffffffff, 0x0f0f0f0f0a0a0a0a, 0x99999999aaaaaaaa} {
		for _, n := range []int{1, 4, 8, 15, 16} {
			want := fmt.Sprintf("x%016x", v)
			want = "x" + want[len(want)-n:]
			if got := string(appendHex([]byte("x"), v, n)); got != want {
				t.Errorf("%d digits of %x: %q, want %q", n, v, got, want)
			}
		}
	}
}

func BenchmarkIdentifiers(b *testing.B) {
	var buf [128]byte
	b.ReportAllocs()
	for b.Loop() {
		appendUUID(buf[:0])
		appendExtendedID(buf[:0])
	}
}
