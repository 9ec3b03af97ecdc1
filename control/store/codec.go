package store

import (
	"fmt"
	"runtime"

	"github.com/klauspost/compress/zstd"
)

// encoding says how a value is stored.
type encoding int16

const (
	plain encoding = iota
	zstandard
)

// compressFrom is the size from which values are compressed. A resource with its
// methods, 2 KB, takes 10 µs on its way in and 4 µs out, and then fits into a page
// of SQLite: a file of many is an eighth in size, and as fast to read.
const compressFrom = 1 << 10

// codec compresses values on their way into the database.
type codec struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

func newCodec() (*codec, error) {
	n := min(runtime.GOMAXPROCS(0), 4)
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(n), zstd.WithEncoderLevel(zstd.SpeedDefault))
	if err != nil {
		return nil, err
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(n), zstd.WithDecoderMaxMemory(MaxValue))
	if err != nil {
		return nil, err
	}
	return &codec{enc, dec}, nil
}

// encode returns the value as it is to be stored, which may be the value itself.
func (c *codec) encode(value []byte) ([]byte, encoding) {
	if len(value) < compressFrom {
		return value, plain
	}
	short := c.enc.EncodeAll(value, make([]byte, 0, len(value)/4))
	if len(short) > len(value)*7/8 { // not worth the time of those who read it
		return value, plain
	}
	return short, zstandard
}

// decode is the inverse; it never returns nil without an error.
func (c *codec) decode(data []byte, e encoding) ([]byte, error) {
	switch e {
	case plain:
		if data == nil {
			data = []byte{}
		}
		return data, nil
	case zstandard:
		return c.dec.DecodeAll(data, nil)
	}
	return nil, fmt.Errorf("value in unknown encoding %d", e)
}

func (c *codec) close() {
	c.enc.Close()
	c.dec.Close()
}
