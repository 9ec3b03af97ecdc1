package cache

import (
	"bytes"
	"reflect"
	"testing"

	"sluice/mapping"
)

func TestCodec(t *testing.T) {
	entries := []*Entry{
		{Status: 200, Body: []byte{}},
		{Status: 599, ContentType: "application/json", Body: []byte("{}"), Trace: true},
		{Status: 100, ContentType: "x", Headers: []mapping.Pair{{Name: "A", Value: ""}, {Name: "a", Value: "1"}, {Name: "A", Value: "\x00\xff"}}, Body: bytes.Repeat([]byte("x"), 300)},
	}
	for _, e := range entries {
		b := appendEntry(nil, e)
		got, err := decodeEntry(b)
		if err != nil || !reflect.DeepEqual(got, e) {
			t.Errorf("%+v, %v, want %+v", got, err, e)
		}
		for n := range b[:len(b)-len(e.Body)] {
			if got, err := decodeEntry(b[:n]); err == nil {
				t.Errorf("%d of %d bytes are an entry: %+v", n, len(b), got)
			}
		}
	}
}

func TestCodecRefuses(t *testing.T) {
	for name, b := range map[string]string{
		"nothing":          "",
		"unknown flags":    "\x02\x00\xc8\x00\x00",
		"status 0":         "\x00\x00\x00\x00\x00",
		"status 600":       "\x00\x02\x58\x00\x00",
		"long type":        "\x00\x00\xc8\x05abcd",
		"huge type":        "\x00\x00\xc8\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01a",
		"overlong length":  "\x00\x00\xc8\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01a",
		"many headers":     "\x00\x00\xc8\x00\xff\xff\xff\xff\x0f",
		"a header too few": "\x00\x00\xc8\x00\x02\x01a\x01b",
		"no value":         "\x00\x00\xc8\x00\x01\x01a",
	} {
		if e, err := decodeEntry([]byte(b)); err == nil {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func FuzzCodec(f *testing.F) {
	f.Add(appendEntry(nil, &Entry{Status: 200, ContentType: "a/b", Headers: []mapping.Pair{{Name: "X", Value: "y"}}, Body: []byte("body"), Trace: true}))
	f.Add([]byte("\x00\x00\xc8\x00\xff\xff\xff\xff\x0f"))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := decodeEntry(b)
		if err != nil {
			return
		}
		again, err := decodeEntry(appendEntry(nil, e))
		if err != nil || !reflect.DeepEqual(again, e) {
			t.Errorf("%+v became %+v, %v", e, again, err)
		}
	})
}
