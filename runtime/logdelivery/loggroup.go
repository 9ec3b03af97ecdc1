package logdelivery

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// The limits of PutLogEvents (docs: CloudWatch Logs API, PutLogEvents; the size of an
// event is its older, smaller limit, which what stands in for the service may have).
const (
	maxEvents     = 10000
	maxEventBytes = 1048576 // of a call: messages, and eventOverhead for each
	eventOverhead = 26
	maxEvent      = 256<<10 - eventOverhead
	maxEventSpan  = 24 * 60 * 60 * 1000 // ms between the first and the last event of a call
)

// logGroup is a log group of CloudWatch Logs.
//
// A process writes to a stream of its own in each group, called as those of the real
// service are: 32 hexadecimal digits that say nothing. Nodes never wait for each
// other, and each stream is in order.
type logGroup struct {
	client *client
	group  string
	begin  string // of a call's body, up to the events
	names  string // the body of CreateLogStream
	only   string // the body of CreateLogGroup
}

func newLogGroup(c *client, group, process string) *logGroup {
	sum := sha256.Sum256([]byte(process + group))
	names := `{"logGroupName":` + quoted(group) + `,"logStreamName":` + quoted(hex.EncodeToString(sum[:16]))
	return &logGroup{
		client: c, group: group,
		begin: names + `,"logEvents":[`, names: names + "}", only: `{"logGroupName":` + quoted(group) + "}",
	}
}

func (*logGroup) kind() kind     { return toLogs }
func (*logGroup) calls() bool    { return true }
func (g *logGroup) name() string { return "log group " + g.group }

// encode makes the body of PutLogEvents. Empty lines are left out: the service has no
// empty events.
func (g *logGroup) encode(b *batch, l *lines, free func(*chunk)) {
	body := append(b.body, g.begin...)
	var first, last int64
	size := 0
	for b.left < maxEvents && l.more(free) {
		ms, line := l.next()
		if len(line) == 0 {
			l.skip(line)
			continue
		}
		// Events of a call must be in the order of time, whatever becomes of the clock.
		ms = max(ms, last)
		if b.left > 0 && ms-first > maxEventSpan {
			break
		}
		mark := len(body)
		if b.left > 0 {
			body = append(body, ',')
		}
		body = append(body, `{"timestamp":`...)
		body = strconv.AppendInt(body, ms, 10)
		body = append(body, `,"message":"`...)
		var n int
		body, n = appendText(body, line, maxEvent)
		body = append(body, `"}`...)
		if size += n + eventOverhead; size > maxEventBytes {
			body = body[:mark]
			break
		}
		if b.left == 0 {
			first = ms
		}
		last = ms
		b.left++
		l.skip(line)
	}
	b.body = append(body, "]}"...)
}

// deliver puts the events. The group and the stream are made when they are not there:
// the real service makes those of execution logs itself. That of an access log has to
// be there before, but what stands in for the service starts empty, and a log that is
// lost helps nobody.
func (g *logGroup) deliver(b *batch, deadline time.Time) error {
	const put = "PutLogEvents"
	err := post(g.client.putEvents, put, b, b.body, deadline)
	if isRefusal(err, "ResourceNotFoundException") {
		if err = g.create(b, deadline); err != nil {
			return err
		}
		err = post(g.client.putEvents, put, b, b.body, deadline)
	}
	switch {
	case isRefusal(err, "DataAlreadyAcceptedException"): // an earlier attempt's answer was lost
		b.done()
		return nil
	case err != nil:
		return err
	}
	var answer struct {
		Rejected struct {
			Old     int  `json:"tooOldLogEventEndIndex"`
			Expired int  `json:"expiredLogEventEndIndex"`
			New     *int `json:"tooNewLogEventStartIndex"`
		} `json:"rejectedLogEventsInfo"`
	}
	if err := answered(b, put, &answer); err != nil {
		return err
	}
	end := b.left
	if at := answer.Rejected.New; at != nil {
		end = min(max(*at, 0), b.left)
	}
	begin := min(max(answer.Rejected.Old, answer.Rejected.Expired, 0), end)
	b.refused += b.left - (end - begin)
	b.left = end - begin
	b.done()
	return nil
}

// create makes the stream, and the group when that is missing, too.
func (g *logGroup) create(b *batch, deadline time.Time) error {
	const exists = "ResourceAlreadyExistsException"
	stream := func() error {
		err := post(g.client.createStream, "CreateLogStream", b, []byte(g.names), deadline)
		if isRefusal(err, exists) {
			return nil
		}
		return err
	}
	err := stream()
	if !isRefusal(err, "ResourceNotFoundException") {
		return err
	}
	if err := post(g.client.createGroup, "CreateLogGroup", b, []byte(g.only), deadline); err != nil && !isRefusal(err, exists) {
		return err
	}
	return stream()
}
