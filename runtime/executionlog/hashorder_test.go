package executionlog

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"sluice/mapping"
)

// TestOrderOfPublishedLogs shows the headers of published logs, given in another
// order, as they stand there.
func TestOrderOfPublishedLogs(t *testing.T) {
	text, err := os.ReadFile("testdata/maporder.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Origin string
		Names  []string
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		// Names of one bucket are listed as they came, so those must not be turned round.
		var given []mapping.Pair
		for _, name := range c.Names {
			given = append(given, mapping.Pair{Name: name, Value: "v"})
		}
		slices.SortStableFunc(given, func(a, b mapping.Pair) int { return strings.Compare(bucketOf(b.Name), bucketOf(a.Name)) })
		l := AcquireTest("r")
		l.EndpointHeaders(given)
		if want := "{" + strings.Join(c.Names, "=v, ") + "=v}\n"; !strings.HasSuffix(masked.Replace(l.Text()), want) {
			t.Errorf("%s:\ngot  %swant %s", c.Origin, l.Text(), want)
		}
		l.Release()
	}
}

// masked undoes the masking of a value of one character.
var masked = strings.NewReplacer("*", "v")

// bucketOf is a text that is equal for names that one bucket may hold.
func bucketOf(name string) string { return string(rune('a' + spread(name)&15)) }

// TestSpread compares with hashes that a Java machine gives.
func TestSpread(t *testing.T) {
	for s, want := range map[string]uint32{
		"":                   0,
		"a":                  97,
		"hello":              99162322 ^ 99162322>>16,
		"polygenelubricants": 0x80000000 ^ 0x80000000>>16, // String.hashCode is Integer.MIN_VALUE
		"\u00e9":             0xe9,
		"\U0001F600":         (31*0xd83d + 0xde00) ^ (31*0xd83d+0xde00)>>16,
	} {
		if got := spread(s); got != want {
			t.Errorf("%q: %d, want %d", s, got, want)
		}
	}
}
