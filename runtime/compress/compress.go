package compress

import "errors"

// Coding is a content coding.
type Coding uint8

// The codings; the zero value leaves a body as it is.
const (
	Identity Coding = iota
	Gzip
	Deflate
)

// String is the name on the wire.
func (c Coding) String() string { return [...]string{"identity", "gzip", "deflate"}[c] }

// Negotiate returns the coding that an Accept-Encoding value prefers.
func Negotiate(acceptEncoding string) Coding { panic("not built yet") }

// The errors of Decode.
var (
	ErrUnsupported = errors.New("unsupported content coding")
	ErrCorrupt     = errors.New("corrupt compressed body")
	ErrTooLarge    = errors.New("decompressed body too large")
)

// Codec encodes and decodes with pooled state. It is safe for concurrent use.
type Codec struct{}

// New makes a Codec whose decoded bodies have at most limit bytes; 0 is 10485760.
func New(limit int) *Codec { panic("not built yet") }

// Append appends src, encoded, to dst.
func (c *Codec) Append(dst []byte, coding Coding, src []byte) []byte { panic("not built yet") }

// Decode appends src, decoded according to a Content-Encoding value ("" and
// identity copy), to dst. The limit counts the bytes appended.
func (c *Codec) Decode(dst []byte, contentEncoding string, src []byte) ([]byte, error) {
	panic("not built yet")
}
