package keyfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

type testCase struct {
	Name, File, Error string
	Rows              []Row
	Warnings          []string
}

// cases are those of testdata/cases.json; {n} stands for n letters.
func cases(t testing.TB) []testCase {
	t.Helper()
	data, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	data = regexp.MustCompile(`\{\d+\}`).ReplaceAllFunc(data, func(b []byte) []byte {
		n, _ := strconv.Atoi(string(b[1 : len(b)-1]))
		return bytes.Repeat([]byte("x"), n)
	})
	var all []testCase
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestParse(t *testing.T) {
	for _, c := range cases(t) {
		t.Run(c.Name, func(t *testing.T) {
			rows, warnings, err := Parse(strings.NewReader(c.File))
			if got := text(err); got != c.Error {
				t.Fatalf("error %q, want %q", got, c.Error)
			}
			if !reflect.DeepEqual(rows, c.Rows) {
				t.Errorf("rows %+v, want %+v", rows, c.Rows)
			}
			var texts []string
			for _, w := range warnings {
				texts = append(texts, w.String())
			}
			if !reflect.DeepEqual(texts, c.Warnings) {
				t.Errorf("warnings %q, want %q", texts, c.Warnings)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestParseRefuses(t *testing.T) {
	broken := errors.New("broken")
	if _, _, err := Parse(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Error(err)
	}
	if _, _, err := Parse(strings.NewReader("name,key\n\xff")); !errors.Is(err, ErrUTF8) {
		t.Error(err)
	}
	if _, _, err := Parse(bytes.NewReader(make([]byte, MaxSize+1))); !errors.Is(err, ErrSize) {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range cases(f) {
		f.Add([]byte(c.File))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, warnings, err := Parse(bytes.NewReader(b))
		if err != nil && (rows != nil || warnings != nil) {
			t.Fatal("rows of a file that was refused")
		}
		lines := 1 + bytes.Count(b, []byte("\n")) + bytes.Count(b, []byte("\r"))
		seen := map[string]bool{}
		for _, r := range rows {
			if n := len(r.Value); n < minValue || n > maxValue || seen[r.Value] {
				t.Fatalf("key %q", r.Value)
			}
			seen[r.Value] = true
			if r.Line < 2 || r.Line > lines || utf8.RuneCountInString(r.Name) > maxName {
				t.Fatalf("%+v", r)
			}
			for _, id := range r.UsagePlanIDs {
				if id == "" || id != strings.TrimSpace(id) || strings.Contains(id, ",") {
					t.Fatalf("usage plan %q", id)
				}
			}
		}
		for _, w := range warnings {
			if w.Line < 2 || w.Line > lines {
				t.Fatal(w)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	var file strings.Builder
	file.WriteString("name,key,description,enabled,usagePlanIds\n")
	for i := range 10000 {
		file.WriteString("name,aaaaaaaaaabbbbbbbbbb" + strconv.Itoa(i) + ",a key,true,\"p1,p2\"\n")
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if rows, _, err := Parse(strings.NewReader(file.String())); err != nil || len(rows) != 10000 {
			b.Fatal(len(rows), err)
		}
	}
}
