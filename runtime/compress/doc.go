// Package compress negotiates, encodes and decodes the content codings gzip and
// deflate (zlib, as HTTP means it).
//
// What flows in: Accept-Encoding and Content-Encoding values and bodies. What
// flows out: bodies in the other form.
//
// It never decides whether a body should be compressed, never touches headers,
// and never lets a decoded body grow over its limit.
package compress
