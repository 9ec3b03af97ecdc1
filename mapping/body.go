package mapping

import "sluice/mapping/vtl/value"

// Body is a payload that is parsed as JSON at most once, and only when asked.
type Body struct {
	raw    string
	parsed bool
	root   value.Value
	err    error
}

// Reset makes b the payload raw. raw may be a view; it must stay valid while b is used.
func (b *Body) Reset(raw string) { *b = Body{raw: raw} }

// Raw is the payload as received; "" when there is none.
func (b *Body) Raw() string { return b.raw }
