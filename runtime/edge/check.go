package edge

import (
	"github.com/valyala/fasthttp"

	"sluice/mapping"
)

// Head is what Check read of a request. It holds views into the request, valid
// until the handler returns; a Head can be reused.
type Head struct {
	Path  []byte // of the target, not decoded; begins with "/"
	Query []byte // without "?", not decoded; a fragment is cut off
	Host  string // authority as sent: of an absolute target, else of the Host field; "" only in HTTP/1.0
	// Header has every field in order and spelling of arrival; values are trimmed.
	// The value of Host is Head.Host.
	Header []mapping.Pair
}

// Check reads the head of a request into h. A non-nil Refusal is to be answered
// as it says; the connection is already marked to be closed. Check also turns
// off header name normalizing of the answer.
func Check(ctx *fasthttp.RequestCtx, h *Head) *Refusal { panic("not built yet") }
