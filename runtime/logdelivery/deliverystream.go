package logdelivery

import (
	"encoding/base64"
	"errors"
	"fmt"
	"time"
)

// The limits of PutRecordBatch (docs: Firehose API, PutRecordBatch). That of a call is
// held by its whole body here.
const (
	maxRecords     = 500
	maxRecordBytes = 4000000
	maxRecord      = 1024000
)

// deliveryStream is a delivery stream of Firehose. It takes each line with a line end,
// since it joins records without one.
type deliveryStream struct {
	client *client
	stream string
	begin  string // of a call's body, up to the records
}

func newDeliveryStream(c *client, stream string) *deliveryStream {
	return &deliveryStream{client: c, stream: stream, begin: `{"DeliveryStreamName":` + quoted(stream) + `,"Records":[`}
}

func (*deliveryStream) kind() kind     { return toFirehose }
func (*deliveryStream) calls() bool    { return true }
func (s *deliveryStream) name() string { return "delivery stream " + s.stream }

const (
	recordBegin = `{"Data":"`
	recordEnd   = `"}`
	recordsEnd  = "]}"
)

// encode makes the body of PutRecordBatch.
func (s *deliveryStream) encode(b *batch, l *lines, free func(*chunk)) {
	body := append(b.body, s.begin...)
	for b.left < maxRecords && l.more(free) {
		_, line := l.next()
		text := line[:min(len(line), maxRecord-1)]
		n := len(recordBegin) + base64.StdEncoding.EncodedLen(len(text)+1) + len(recordEnd)
		if b.left > 0 && len(body)+len(",")+n+len(recordsEnd) > maxRecordBytes {
			break
		}
		if b.left > 0 {
			body = append(body, ',')
		}
		at := len(body)
		body = appendRecord(body, text)
		b.records = append(b.records, span{at, len(body)})
		b.left++
		l.skip(line)
	}
	b.body = append(body, recordsEnd...)
}

// appendRecord appends a record of a line and a line end.
func appendRecord(dst, line []byte) []byte {
	dst = append(dst, recordBegin...)
	whole := len(line) / 3 * 3
	dst = base64.StdEncoding.AppendEncode(dst, line[:whole])
	var rest [3]byte
	n := copy(rest[:], line[whole:])
	rest[n] = '\n'
	dst = base64.StdEncoding.AppendEncode(dst, rest[:n+1])
	return append(dst, recordEnd...)
}

// errRecords tells that a service took a call and not all of its records.
var errRecords = errors.New("records were refused")

// deliver puts the records. Those that the service refuses stay in the batch.
func (s *deliveryStream) deliver(b *batch, deadline time.Time) error {
	const put = "PutRecordBatch"
	if err := post(s.client.putRecords, put, b, b.body, deadline); err != nil {
		return err
	}
	var answer struct {
		Failed  int `json:"FailedPutCount"`
		Records []struct {
			Code    string `json:"ErrorCode"`
			Message string `json:"ErrorMessage"`
		} `json:"RequestResponses"`
	}
	if err := answered(b, put, &answer); err != nil {
		return err
	}
	if answer.Failed <= 0 {
		b.done()
		return nil
	}
	if len(answer.Records) != b.left {
		return fmt.Errorf("%s: %d %w, and the answer does not tell which", put, answer.Failed, errRecords)
	}
	body, kept := b.body[:len(s.begin)], b.records[:0]
	var code, message string
	for i, r := range answer.Records {
		if r.Code == "" {
			continue
		}
		if len(kept) > 0 {
			body = append(body, ',')
		} else {
			code, message = r.Code, r.Message
		}
		at := len(body)
		body = append(body, b.body[b.records[i].begin:b.records[i].end]...) // never ahead of what is read
		kept = append(kept, span{at, len(body)})
	}
	b.delivered += b.left - len(kept)
	b.left = len(kept)
	b.body, b.records = append(body, recordsEnd...), kept
	if b.left == 0 {
		return nil
	}
	return fmt.Errorf("%s: %d %w: %s: %s", put, b.left, errRecords, cut(code), cut(message))
}
