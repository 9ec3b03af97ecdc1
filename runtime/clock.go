package runtime

import "time"

// clock keeps the text of the second that was asked for last: thousands of
// requests come in the same one, and writing a date is dear.
type clock struct {
	second int64 // of the Unix epoch
	length int   // of text; 0: none yet
	text   [len(requestTimeFormat)]byte
}

// requestTimeFormat is that of $context.requestTime, always in UTC.
const requestTimeFormat = "02/Jan/2006:15:04:05 -0700"

// append appends t in requestTimeFormat.
func (c *clock) append(dst []byte, t time.Time) []byte {
	if second := t.Unix(); second != c.second || c.length == 0 {
		c.second = second
		c.length = len(t.UTC().AppendFormat(c.text[:0], requestTimeFormat))
	}
	return append(dst, c.text[:c.length]...)
}
