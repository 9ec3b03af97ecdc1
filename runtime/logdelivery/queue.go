package logdelivery

import (
	"encoding/binary"
	"sync"
)

// Lines wait in chunks: one grows by another without copying what waits, and a
// destination that gets a line now and then holds a small one only for a moment.
const (
	smallChunk = 8 << 10
	largeChunk = 64 << 10
)

// lineHead is what stands before each line in a chunk: its time in milliseconds
// since 1970 and its length.
const lineHead = 8 + 4

// chunk is a piece of a queue. Its capacity is what chunkSize says.
type chunk struct{ buf []byte }

// chunkSize is the size of the chunk for a line that takes n bytes in it. Only the
// first one of a queue is small.
func chunkSize(n int, first bool) int {
	if first && n <= smallChunk {
		return smallChunk
	}
	return max(n, largeChunk)
}

// chunks hands out and takes back chunks of the usual sizes.
type chunks struct{ small, large sync.Pool }

func (p *chunks) get(size int) *chunk {
	var c any
	switch size {
	case smallChunk:
		c = p.small.Get()
	case largeChunk:
		c = p.large.Get()
	}
	if c, ok := c.(*chunk); ok {
		return c
	}
	return &chunk{buf: make([]byte, 0, size)}
}

func (p *chunks) put(c *chunk) {
	c.buf = c.buf[:0]
	switch cap(c.buf) {
	case smallChunk:
		p.small.Put(c)
	case largeChunk:
		p.large.Put(c)
	}
}

// append adds a line for which there is room.
func (c *chunk) append(ms int64, line []byte) {
	b := binary.LittleEndian.AppendUint64(c.buf, uint64(ms))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(line)))
	c.buf = append(b, line...)
}

// lines reads what was taken out of a queue.
type lines struct {
	chunks []*chunk
	at     int // in the first one
}

// next is the line at hand. There must be one: see more.
func (l *lines) next() (ms int64, line []byte) {
	b := l.chunks[0].buf[l.at:]
	n := int(binary.LittleEndian.Uint32(b[8:]))
	return int64(binary.LittleEndian.Uint64(b)), b[lineHead : lineHead+n]
}

// skip goes behind the line at hand.
func (l *lines) skip(line []byte) { l.at += lineHead + len(line) }

// more tells whether there is a line. A chunk that was read to its end goes back by
// free.
func (l *lines) more(free func(*chunk)) bool {
	for len(l.chunks) > 0 && l.at == len(l.chunks[0].buf) {
		free(l.chunks[0])
		l.chunks[0] = nil
		l.chunks, l.at = l.chunks[1:], 0
	}
	return len(l.chunks) > 0
}
