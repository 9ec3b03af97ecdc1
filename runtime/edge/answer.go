package edge

import (
	"net/http"
	"strconv"
	"time"

	"sluice/runtime/octets"
)

// Answer is what the handler answers. Its zero value is an empty 200. Everything it is
// given is copied, unless said otherwise.
type Answer struct {
	// Done is when the handler had the answer; the server reads the clock for it when
	// it is zero.
	Done time.Time

	status  int
	kind    []byte // Content-Type
	fields  []byte // in lines
	body    []byte
	own     []byte // backs body when it was copied
	closing bool
}

func (a *Answer) reset() {
	*a = Answer{kind: a.kind[:0], fields: a.fields[:0], own: a.own}
}

// Reset takes back what was answered.
func (a *Answer) Reset() { a.reset() }

// drop lets go of what an idle connection should not keep.
func (a *Answer) drop() {
	a.body = nil
	if cap(a.own) > keptBody {
		a.own = nil
	}
	if cap(a.fields) > oneWrite {
		a.fields = nil
	}
}

// SetStatus sets the status, from 200 to 999.
func (a *Answer) SetStatus(status int) { a.status = status }

// SetContentType sets the Content-Type; without one there is no such field.
func (a *Answer) SetContentType(kind string) { a.kind = appendValue(a.kind[:0], kind) }

// Add adds a field. Date, Content-Length, Transfer-Encoding and Connection are the
// server's, Content-Type has a setter. Control characters in a value become blanks; a
// name that is none is left out with its value.
func (a *Answer) Add(name, value string) {
	if !octets.IsToken(name) {
		return
	}
	b := append(a.fields, name...)
	b = append(b, ": "...)
	b = appendValue(b, value)
	a.fields = append(b, "\r\n"...)
}

func appendValue(b []byte, value string) []byte {
	at := len(b)
	b = append(b, value...)
	if !octets.IsFieldValue(b[at:]) {
		for i, c := range b[at:] {
			if c < ' ' && c != '\t' || c == 0x7f {
				b[at+i] = ' '
			}
		}
	}
	return b
}

// SetBody sets the body.
func (a *Answer) SetBody(body []byte) {
	a.own = append(a.own[:0], body...)
	a.body = a.own
}

// SetBodyText is SetBody for a string.
func (a *Answer) SetBodyText(body string) { a.SetBody(octets.Of(body)) }

// SetStaticBody sets a body that nobody ever changes; it is not copied.
func (a *Answer) SetStaticBody(body []byte) { a.body = body }

// SwapBody sets the body to what exchange makes of a buffer, which becomes its own.
func (a *Answer) SwapBody(exchange func(spare []byte) []byte) {
	a.own = exchange(a.own)
	a.body = a.own
}

// Close has the connection closed after the answer.
func (a *Answer) Close() { a.closing = true }

// send appends the answer to what goes out, and sends it unless other requests have
// already come; false ends the connection.
func (c *conn) send(q *Request, a *Answer) bool {
	closing := a.closing || q.Closing || c.server.stopped.Load()
	status := a.status
	if status == 0 {
		status = http.StatusOK
	}
	body := a.body
	bodiless := status == http.StatusNoContent || status == http.StatusNotModified
	b := appendStatusLine(c.out, status)
	b = append(b, c.date.line(c.done)...)
	if len(a.kind) > 0 {
		b = append(b, "Content-Type: "...)
		b = append(b, a.kind...)
		b = append(b, "\r\n"...)
	}
	if !bodiless {
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, int64(len(body)), 10)
		b = append(b, "\r\n"...)
	}
	b = append(b, a.fields...)
	if closing {
		b = append(b, "Connection: close\r\n\r\n"...)
	} else {
		b = append(b, "Connection: keep-alive\r\n\r\n"...)
	}
	if bodiless || q.Method == http.MethodHead {
		body = nil
	}
	if len(body) <= oneWrite-len(b) {
		b, body = append(b, body...), nil
	}
	c.out = b
	if !closing && body == nil && c.r < c.w && len(b) < pipelined {
		return true
	}
	return c.flush(body) && !closing
}

// statusLines are the status lines by status.
var statusLines = func() (t [1000]string) {
	for status := 200; status < len(t); status++ {
		reason := http.StatusText(status)
		if reason == "" {
			reason = "Unknown Status Code"
		}
		t[status] = "HTTP/1.1 " + strconv.Itoa(status) + " " + reason + "\r\n"
	}
	return t
}()

func appendStatusLine(b []byte, status int) []byte {
	if status < 200 || status >= len(statusLines) {
		status = http.StatusInternalServerError // no handler's to answer
	}
	return append(b, statusLines[status]...)
}

// date is the Date field of a second.
type date struct {
	second int64
	text   [len("Date: Mon, 02 Jan 2006 15:04:05 GMT\r\n")]byte
}

func (d *date) line(at time.Time) []byte {
	if second := at.Unix(); second != d.second {
		d.second = second
		at.UTC().AppendFormat(d.text[:0], "Date: "+http.TimeFormat+"\r\n")
	}
	return d.text[:]
}
