package mapping

import "sluice/mapping/vtl/value"

// Overrides are the two writable places of $context. Their maps are made on
// first use, so that a template without overrides pays nothing.
type Overrides struct {
	request, response *value.Map
}

// Request is $context.requestOverride: path, header, querystring and free keys.
func (o *Overrides) Request() *value.Map {
	if o.request == nil {
		o.request = value.NewMap(3)
		for _, k := range [...]string{"path", "header", "querystring"} {
			o.request.Put(k, value.OfMap(value.NewMap(0)))
		}
	}
	return o.request
}

// Response is $context.responseOverride: header, status and free keys.
func (o *Overrides) Response() *value.Map {
	if o.response == nil {
		o.response = value.NewMap(2)
		o.response.Put("header", value.OfMap(value.NewMap(0)))
	}
	return o.response
}

// RequestSet returns the request overrides, or nil when no template touched them.
func (o *Overrides) RequestSet() *value.Map { return o.request }

// ResponseSet returns the response overrides, or nil when no template touched them.
func (o *Overrides) ResponseSet() *value.Map { return o.response }

// Reset forgets all overrides.
func (o *Overrides) Reset() { *o = Overrides{} }
