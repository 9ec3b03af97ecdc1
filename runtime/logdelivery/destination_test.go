package logdelivery

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// destinations are the cases of testdata/destinations.tsv.
func destinations(t testing.TB) (cases [][3]string) {
	t.Helper()
	b, err := os.ReadFile("testdata/destinations.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSuffix(line, "\n"); strings.HasPrefix(line, "#") {
			continue
		}
		var c [3]string
		copy(c[:], strings.Split(line, "\t"))
		cases = append(cases, c)
	}
	return cases
}

func TestDestinations(t *testing.T) {
	files := map[string]string{}
	for _, c := range destinations(t) {
		arn, want, file := c[0], c[1], c[2]
		d, err := ParseDestination(arn)
		if why, refused := strings.CutPrefix(want, "! "); refused {
			if err == nil || !strings.HasSuffix(err.Error(), ": "+why) || !strings.HasPrefix(err.Error(), "destinationArn ") {
				t.Errorf("%q: %v, want %q", arn, err, why)
			}
			continue
		}
		if got := d.Service.name() + " " + d.Region + " " + d.Name; err != nil || got != want {
			t.Errorf("%q is %q (%v), want %q", arn, got, err, want)
		}
		if got := filepath.ToSlash(fileName(d, "us-east-1")); got != file {
			t.Errorf("the file of %q is %q, want %q", arn, got, file)
		}
		if other, ok := files[file]; ok && other != want {
			t.Errorf("%q and %q share a file", other, want)
		}
		files[file] = want
	}
	if len(files) < 15 {
		t.Errorf("only %d files", len(files))
	}
}

func TestLongFileNames(t *testing.T) {
	name := func(s string) string {
		return fileName(Destination{Region: "us-east-1", Name: s}, "us-east-1")
	}
	long := strings.Repeat("x", 511)
	a, b := name(long+"a"), name(long+"b")
	if a == b || len(a) > 255 || len(b) > 255 || !strings.HasPrefix(a, "xxx") {
		t.Errorf("%q, %q", a, b)
	}
}

// FuzzDestination looks for names that lead out of the directory or share a file.
func FuzzDestination(f *testing.F) {
	for _, c := range destinations(f) {
		f.Add(c[0], "x")
	}
	f.Fuzz(func(t *testing.T, arn, other string) {
		d, err := ParseDestination(arn)
		if err != nil {
			d = Destination{Region: "us-east-1", Name: arn} // an API's id and a stage's name are checked elsewhere
		}
		const dir = "/var/log/sluice"
		path := filepath.Join(dir, fileName(d, "us-east-1"))
		if !strings.HasPrefix(path, dir+"/") || strings.ContainsRune(path, 0) || !strings.HasSuffix(path, ".log") {
			t.Fatalf("%q lies in %q", arn, path)
		}
		for part := range strings.SplitSeq(path, "/") {
			if len(part) > 255 {
				t.Fatalf("%q has a part of %d bytes", path, len(part))
			}
		}
		e := d
		if e.Name = other; strings.TrimPrefix(e.Name, "/") != strings.TrimPrefix(d.Name, "/") && fileName(e, "us-east-1") == fileName(d, "us-east-1") {
			t.Fatalf("%q and %q share %q", d.Name, e.Name, path)
		}
	})
}
