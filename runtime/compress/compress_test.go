package compress

import (
	"bytes"
	stdgzip "compress/gzip"
	stdzlib "compress/zlib"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
)

func TestNegotiate(t *testing.T) {
	for accept, want := range map[string]Coding{
		"":                                   Identity,
		"*":                                  Identity,
		"*;q=1, gzip;q=0.5":                  Gzip,
		"gzip":                               Gzip,
		"GZIP":                               Gzip,
		"x-gzip":                             Gzip,
		"deflate":                            Deflate,
		"identity":                           Identity,
		"br":                                 Identity,
		"gzip, deflate, br":                  Gzip,
		"gzip, deflate, br, zstd":            Gzip,
		"deflate, gzip":                      Deflate,
		"deflate,gzip":                       Deflate,
		"br, gzip":                           Gzip,
		"a,deflate, b":                       Deflate,
		"br;q=1, gzip;q=0.8":                 Identity,
		"br;q=1.0, gzip;q=0.8, *;q=0.1":      Identity,
		"br;q=0.5, gzip;q=0.8":               Gzip,
		"deflate;q=0.5,gzip;q=1.0":           Gzip,
		"deflate;q=0.5,gzip=1.0":             Gzip,
		"gzip;q=1.0,identity;q=0.5,*;q=0":    Gzip,
		"identity;q=1, gzip;q=0.5":           Identity,
		"identity, gzip":                     Identity,
		"gzip, identity":                     Gzip,
		"identity;q=0.5, gzip;q=0.500":       Identity,
		"gzip;q=0":                           Identity,
		"gzip;q=0.0, deflate;q=0.001":        Deflate,
		"gzip;q=0, deflate;q=0":              Identity,
		"gzip ; q = 0.5":                     Gzip, // no weight as HTTP writes it
		" \tgzip\t;\tq=0.5 , deflate ;Q=0.6": Deflate,
		"gzip;x=y;q=0.1, deflate;q=0.2":      Deflate,
		"gzip;q=1.1, deflate;q=0.1":          Deflate,
		"gzip;q=2, deflate;q=0.1":            Deflate,
		"gzip;q=, deflate;q=0.1":             Deflate,
		"gzip;q=abc, deflate;q=0.1":          Deflate,
		"gzip;q=-1":                          Identity,
		"gzip;q=0.1234":                      Identity,
		",,gzip,,":                           Gzip,
		";q=1, gzip;q=0.1":                   Gzip,
		"gzipx, xgzip":                       Identity,
	} {
		if got := Negotiate(accept); got != want {
			t.Errorf("%q: %v, want %v", accept, got, want)
		}
	}
	if n := testing.AllocsPerRun(100, func() { Negotiate("deflate;q=0.5,gzip=1.0, br;q=0.1") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// noise does not compress; the seed makes it the same each time.
func noise(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func TestAppend(t *testing.T) {
	c := New(0)
	for _, body := range [][]byte{nil, []byte("a"), []byte(strings.Repeat("hello ", 1000)), noise(1 << 20)} {
		for coding, open := range map[Coding]func(io.Reader) (io.Reader, error){
			Gzip:     func(r io.Reader) (io.Reader, error) { return stdgzip.NewReader(r) },
			Deflate:  func(r io.Reader) (io.Reader, error) { return stdzlib.NewReader(r) },
			Identity: func(r io.Reader) (io.Reader, error) { return r, nil },
		} {
			for range 2 { // the second with a pooled encoder
				out := c.Append([]byte("kept"), coding, body)
				rest, ok := bytes.CutPrefix(out, []byte("kept"))
				if !ok {
					t.Fatal("what was there is lost")
				}
				r, err := open(bytes.NewReader(rest))
				if err != nil {
					t.Fatal(coding, err)
				}
				if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, body) {
					t.Errorf("%v of %d bytes: %v", coding, len(body), err)
				}
				back, err := c.Decode([]byte("kept"), coding.String(), rest)
				if err != nil || string(back) != "kept"+string(body) {
					t.Errorf("%v of %d bytes back: %v", coding, len(body), err)
				}
			}
		}
	}
}

func stdGzip(b []byte) []byte {
	var out bytes.Buffer
	w := stdgzip.NewWriter(&out)
	w.Name, w.Comment, w.Extra = "name", "comment", []byte("extra")
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func stdZlib(b []byte) []byte {
	var out bytes.Buffer
	w := stdzlib.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func TestDecode(t *testing.T) {
	hi := []byte(`{"a":"b"}`)
	gz, zl := stdGzip(hi), stdZlib(hi)
	flip := func(b []byte, at int) []byte {
		b = bytes.Clone(b)
		b[(at+len(b))%len(b)] ^= 0x55
		return b
	}
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for _, tc := range []struct {
		name, coding string
		src          []byte
		want         string
		err          error
	}{
		{"gzip", "gzip", gz, string(hi), nil},
		{"gzip in capitals", " GZip\t", gz, string(hi), nil},
		{"x-gzip", "x-gzip", gz, string(hi), nil},
		{"two members", "gzip", join(gz, gz), string(hi) + string(hi), nil},
		{"deflate", "deflate", zl, string(hi), nil},
		{"identity", "identity", hi, string(hi), nil},
		{"none", "", hi, string(hi), nil},
		{"empty gzip body", "gzip", nil, "", nil},
		{"gzip of nothing", "gzip", stdGzip(nil), "", nil},
		{"deflate of nothing", "deflate", stdZlib(nil), "", nil},

		{"two codings", "gzip, deflate", gz, "", ErrUnsupported},
		{"gzip twice", "gzip, gzip", stdGzip(gz), "", ErrUnsupported},
		{"with identity", "identity, gzip", gz, "", ErrUnsupported},
		{"br", "br", hi, "", ErrUnsupported},
		{"unknown, no body", "br", nil, "", ErrUnsupported},
		{"any", "*", hi, "", ErrUnsupported},

		{"gzip that is text", "gzip", hi, "", ErrCorrupt},
		{"deflate that is text", "deflate", hi, "", ErrCorrupt},
		{"gzip that is deflate", "gzip", zl, "", ErrCorrupt},
		{"deflate that is gzip", "deflate", gz, "", ErrCorrupt},
		{"raw deflate", "deflate", zl[2 : len(zl)-4], "", ErrCorrupt},
		{"gzip cut in the header", "gzip", gz[:5], "", ErrCorrupt},
		{"gzip cut in the data", "gzip", gz[:len(gz)-10], "", ErrCorrupt},
		{"gzip cut in the checksum", "gzip", gz[:len(gz)-3], "", ErrCorrupt},
		{"deflate cut", "deflate", zl[:len(zl)-1], "", ErrCorrupt},
		{"gzip checksum", "gzip", flip(gz, -6), "", ErrCorrupt},
		{"gzip length", "gzip", flip(gz, -1), "", ErrCorrupt},
		{"deflate checksum", "deflate", flip(zl, -1), "", ErrCorrupt},
		{"gzip and garbage", "gzip", join(gz, []byte("x")), "", ErrCorrupt},
		{"deflate and garbage", "deflate", join(zl, []byte("x")), "", ErrCorrupt},
		{"deflate twice", "deflate", join(zl, zl), "", ErrCorrupt},
	} {
		c := New(0)
		for range 2 { // the second with a pooled decoder
			got, err := c.Decode([]byte("kept"), tc.coding, tc.src)
			if !errors.Is(err, tc.err) || string(got) != "kept"+tc.want {
				t.Errorf("%s: %q, %v", tc.name, got, err)
			}
		}
		if got, err := c.Decode(nil, "gzip", gz); err != nil || string(got) != string(hi) {
			t.Errorf("%s: afterwards %q, %v", tc.name, got, err)
		}
		if got, err := c.Decode(nil, "deflate", zl); err != nil || string(got) != string(hi) {
			t.Errorf("%s: afterwards %q, %v", tc.name, got, err)
		}
	}
}

func TestDecodeLimit(t *testing.T) {
	const limit = 10485760
	c := New(0)
	for _, tc := range []struct {
		size int
		want error
	}{{limit, nil}, {limit + 1, ErrTooLarge}, {3 * limit, ErrTooLarge}} {
		body := make([]byte, tc.size)
		for coding, src := range map[string][]byte{"gzip": stdGzip(body), "deflate": stdZlib(body), "identity": body} {
			got, err := c.Decode([]byte("kept"), coding, src)
			if !errors.Is(err, tc.want) || err == nil && len(got) != tc.size+4 || err != nil && string(got) != "kept" {
				t.Errorf("%s of %d: %d bytes, %v", coding, tc.size, len(got), err)
			}
			if cap(got) > 3*limit {
				t.Errorf("%s of %d: took %d bytes", coding, tc.size, cap(got))
			}
		}
	}
	// A bomb of many members.
	bomb := bytes.Repeat(stdGzip(make([]byte, 1<<20)), 20)
	if _, err := c.Decode(nil, "gzip", bomb); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
}

func TestParallel(t *testing.T) {
	c := New(0)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 100 {
				body := bytes.Repeat(fmt.Appendf(nil, "%d/%d ", g, i), 100)
				coding := Coding(i % 3)
				if got, err := c.Decode(nil, coding.String(), c.Append(nil, coding, body)); err != nil || !bytes.Equal(got, body) {
					t.Error(coding, err)
				}
			}
		})
	}
	wg.Wait()
}

// FuzzDecode: what decodes must be within the limit and must be what the
// standard library makes of it.
func FuzzDecode(f *testing.F) {
	for _, b := range [][]byte{nil, []byte("hello hello hello"), make([]byte, 5000)} {
		f.Add(true, stdGzip(b))
		f.Add(false, stdZlib(b))
	}
	c := New(1 << 12)
	f.Fuzz(func(t *testing.T, gz bool, src []byte) {
		coding := "deflate"
		if gz {
			coding = "gzip"
		}
		got, err := c.Decode(nil, coding, src)
		if err != nil || len(src) == 0 {
			return
		}
		if len(got) > 1<<12 {
			t.Fatalf("%d bytes", len(got))
		}
		in := bytes.NewReader(src)
		var r io.Reader
		if gz {
			r, err = stdgzip.NewReader(in)
		} else {
			r, err = stdzlib.NewReader(in)
		}
		if err != nil {
			t.Fatal(err)
		}
		if want, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%q, want %q, %v", got, want, err)
		}
	})
}

// FuzzNegotiate only looks for panics and unknown results.
func FuzzNegotiate(f *testing.F) {
	f.Add("gzip;q=1.0,identity;q=0.5,*;q=0")
	f.Fuzz(func(t *testing.T, accept string) {
		if c := Negotiate(accept); c > Deflate || c != Identity && !strings.Contains(strings.ToLower(accept), c.String()) {
			t.Fatal(c)
		}
	})
}

func BenchmarkNegotiate(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Negotiate("gzip, deflate, br, zstd")
	}
}

func BenchmarkCodec(b *testing.B) {
	c := New(0)
	body := []byte(strings.Repeat(`{"id":1,"type":"dog","price":249.99},`, 280))
	for _, coding := range []Coding{Gzip, Deflate} {
		out := c.Append(nil, coding, body)
		b.Run("append/"+coding.String(), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				out = c.Append(out[:0], coding, body)
			}
		})
		var back []byte
		b.Run("decode/"+coding.String(), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				back, _ = c.Decode(back[:0], coding.String(), out)
			}
			if len(back) != len(body) {
				b.Fatal(len(back))
			}
		})
	}
}
