package logdelivery

import (
	"errors"

	"sluice/runtime/awsservice"
	"sluice/runtime/backend"
)

// batch is what one call takes, with the buffers of calls.
type batch struct {
	body    []byte
	records []span // of the body, one a line, where they are delivered one by one

	left      int // lines that are neither delivered nor refused
	delivered int // lines, since they were last counted
	refused   int

	request  backend.Request
	params   awsservice.Params
	response backend.Response
}

// span is a part of a body.
type span struct{ begin, end int }

// keptBody bounds the buffers that a pooled batch holds on to, in bytes.
const keptBody = 2 << 20

func (d *Deliveries) batch() *batch {
	if b, ok := d.batches.Get().(*batch); ok {
		return b
	}
	return new(batch)
}

func (b *batch) reset() {
	if cap(b.body) > keptBody {
		b.body = nil
	}
	b.body, b.records = b.body[:0], b.records[:0]
	b.left, b.delivered, b.refused = 0, 0, 0
}

// done settles all that is left.
func (b *batch) done() {
	b.delivered += b.left
	b.left = 0
}

// errAbandoned is the error of a call that is not made any more.
var errAbandoned = errors.New("the process ends")
