package edge

import "sluice/mapping"

// AppendQuery appends the parameters of a raw query to dst. "&" and ";" split,
// "+" is a blank, %XX is decoded and a "%" without two hex digits stays as it
// is. A piece without "=" has an empty value; an empty piece is none. Decoded
// text goes to buf, the rest are views into raw.
func AppendQuery(dst []mapping.Pair, buf, raw []byte) ([]mapping.Pair, []byte) {
	panic("not built yet")
}

// AppendQueryEscaped appends s to a query of an outgoing URL: everything but
// letters, digits and "-._~" as %XX.
func AppendQueryEscaped(dst []byte, s string) []byte { panic("not built yet") }
