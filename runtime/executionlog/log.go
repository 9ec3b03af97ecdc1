package executionlog

import (
	"sync"
	"time"
)

// Level is how much a stage logs, from the method setting loggingLevel.
type Level uint8

// The levels: Error logs failures only, Info the course of every request.
const (
	Off Level = iota
	Error
	Info
)

// ParseLevel reads OFF, ERROR or INFO; "" is Off.
func ParseLevel(s string) (Level, bool) {
	switch s {
	case "", "OFF":
		return Off, true
	case "ERROR":
		return Error, true
	case "INFO":
		return Info, true
	}
	return Off, false
}

// Settings are what a stage sets for a method.
type Settings struct {
	Level     Level
	DataTrace bool // show parameters, headers and bodies too (at Info only)
}

// Sink takes one finished line without its line end. It must not block and must
// not keep line. *accesslog.Writer is one.
type Sink interface{ Log(line []byte) }

// Log is the log of one request. It belongs to one request and is not safe for
// concurrent use. All methods may be called on nil.
type Log struct {
	sink      Sink // nil for a test call
	level     Level
	trace     bool
	failed    bool // a failure was logged
	requestID string

	prefix []byte   // of each line: (requestID) for a stage; empty for a test call
	line   []byte   // the line being built, with prefix
	left   int      // characters that still fit on the line
	text   []byte   // all lines of a test call
	names  []hashed // of the map that is being shown

	now    func() time.Time
	second int64  // the second that stamp shows
	stamp  []byte // as in "Wed Nov 22 06:35:58 UTC 2026 : "
}

var logs = sync.Pool{New: func() any { return &Log{now: time.Now, second: -1} }}

// stampFormat is the real service's time on each line of a test call's log.
const stampFormat = "Mon Jan 02 15:04:05 UTC 2006 : "

// firstLine begins the log of a test call; it has no time.
const firstLine = "Execution log for request "

// maxText is where the real service cuts a line, in UTF-16 units; the time or
// request id before it does not count, nor does the mark that follows.
const maxText = 1024

const truncated = " [TRUNCATED]"

// maxKeptNames bounds it likewise.
const maxKeptNames = 512

// maxKeptText bounds what a pooled Log holds on to.
const maxKeptText = 64 << 10

// Acquire returns a Log that writes the lines of request requestID to sink, or
// nil when the settings or a nil sink say that nothing is to be logged.
func Acquire(sink Sink, s Settings, requestID string) *Log {
	if sink == nil || s.Level == Off {
		return nil
	}
	l := logs.Get().(*Log)
	l.sink, l.level, l.trace, l.requestID = sink, s.Level, s.DataTrace && s.Level == Info, requestID
	l.prefix = append(l.prefix[:0], '(')
	l.prefix = append(l.prefix, requestID...)
	l.prefix = append(l.prefix, ") "...)
	return l
}

// AcquireTest returns a Log that collects all lines for Text, headed by the
// first line of a test call's log.
func AcquireTest(requestID string) *Log {
	l := logs.Get().(*Log)
	l.level, l.trace, l.requestID = Info, true, requestID
	l.prefix = l.prefix[:0]
	l.text = append(l.text[:0], firstLine...)
	l.text = append(l.text, requestID...)
	l.text = append(l.text, '\n')
	return l
}

// Release gives the Log back. It must not be used afterwards.
func (l *Log) Release() {
	if l == nil {
		return
	}
	l.sink, l.requestID, l.failed = nil, "", false
	if cap(l.text) > maxKeptText {
		l.text = nil
	}
	l.text = l.text[:0]
	if cap(l.names) > maxKeptNames {
		l.names = nil
	}
	logs.Put(l)
}

// Text is the collected text of a test call: lines ended by \n. It is "" otherwise.
func (l *Log) Text() string {
	if l == nil || l.sink != nil {
		return ""
	}
	return string(l.text)
}

// Detailed tells whether parameters, headers and bodies are shown: callers that
// must compute something for those lines ask first.
func (l *Log) Detailed() bool { return l != nil && l.trace }

// informs tells whether the course of a request is shown.
func (l *Log) informs() bool { return l != nil && l.level == Info }

// Tests tells whether this is the log of a test call.
func (l *Log) Tests() bool { return l != nil && l.sink == nil }

// begin starts a line with a text of the gateway's own.
func (l *Log) begin(label string) *Log {
	l.line = append(l.line[:0], l.prefix...)
	l.left = maxText
	l.own(label)
	return l
}

// end finishes the line and passes it on.
func (l *Log) end() {
	if l.left < 0 {
		l.line = append(l.line, truncated...)
	}
	if !l.Tests() {
		l.sink.Log(l.line)
		return
	}
	now := l.now()
	if s := now.Unix(); s != l.second {
		l.second = s
		l.stamp = now.UTC().AppendFormat(l.stamp[:0], stampFormat)
	}
	l.text = append(l.text, l.stamp...)
	l.text = append(l.text, l.line...)
	l.text = append(l.text, '\n')
}

// fail starts the line of a failure, which every level shows.
func (l *Log) fail(label string) *Log {
	l.failed = true
	return l.begin(label)
}
