package cache

import (
	"encoding/binary"
	"errors"

	"sluice/mapping"
)

var errMalformed = errors.New("malformed cache entry")

// appendEntry appends the compact form of an entry: flags, status, content type,
// number of headers, names and values, and the body as the rest. Every text is
// preceded by its length.
func appendEntry(b []byte, e *Entry) []byte {
	flags := byte(0)
	if e.Trace {
		flags |= flagTrace
	}
	b = append(b, flags)
	b = binary.BigEndian.AppendUint16(b, uint16(e.Status))
	b = appendText(b, e.ContentType)
	b = binary.AppendUvarint(b, uint64(len(e.Headers)))
	for i := range e.Headers {
		b = appendText(appendText(b, e.Headers[i].Name), e.Headers[i].Value)
	}
	return append(b, e.Body...)
}

const flagTrace = 1

// decodeEntry reads what appendEntry wrote. The entry keeps b, which must not
// change any more.
func decodeEntry(b []byte) (*Entry, error) {
	if len(b) < 3 || b[0]&^flagTrace != 0 {
		return nil, errMalformed
	}
	e := &Entry{Trace: b[0]&flagTrace != 0, Status: int(binary.BigEndian.Uint16(b[1:]))}
	if e.Status < 100 || e.Status > 599 {
		return nil, errMalformed
	}
	b = b[3:]
	var ok bool
	if e.ContentType, b, ok = cutText(b); !ok {
		return nil, errMalformed
	}
	n, size := binary.Uvarint(b)
	// A header takes two bytes at least: a lying count makes no large slice.
	if size <= 0 || n > uint64(len(b)-size)/2 {
		return nil, errMalformed
	}
	b = b[size:]
	if n > 0 {
		e.Headers = make([]mapping.Pair, n)
	}
	for i := range e.Headers {
		h := &e.Headers[i]
		if h.Name, b, ok = cutText(b); !ok {
			return nil, errMalformed
		}
		if h.Value, b, ok = cutText(b); !ok {
			return nil, errMalformed
		}
	}
	e.Body = b[:len(b):len(b)]
	return e, nil
}

// cutText takes a text that is preceded by its length.
func cutText(b []byte) (text string, rest []byte, ok bool) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return "", nil, false
	}
	b = b[size:]
	return view(b[:n]), b[n:], true
}
