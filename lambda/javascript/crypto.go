package javascript

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"hash"
	"strings"

	"github.com/dop251/goja"
	"github.com/google/uuid"
)

const (
	// maxRandom bounds one request for random bytes, as getRandomValues does.
	maxRandom = 65536 * 16
	// maxIterations bounds PBKDF2, which cannot be interrupted: about a second.
	maxIterations = 1 << 20
	maxKey        = 1 << 10
)

// digest is the hash of a name as Node.js spells it; nil for an unknown one.
func digest(name string) func() hash.Hash {
	switch strings.ToLower(strings.ReplaceAll(name, "-", "")) {
	case "md5", "rsamd5":
		return md5.New
	case "sha1", "rsasha1":
		return sha1.New
	case "sha224", "rsasha224":
		return sha256.New224
	case "sha256", "rsasha256":
		return sha256.New
	case "sha384", "rsasha384":
		return sha512.New384
	case "sha512", "rsasha512":
		return sha512.New
	case "sha512256", "sha512/256":
		return sha512.New512_256
	}
	return nil
}

// hash computes a digest or, with a key, an HMAC: (algorithm, key or null, data).
func (m *machine) hash(c goja.FunctionCall) goja.Value {
	make := digest(c.Argument(0).String())
	if make == nil {
		return goja.Null()
	}
	h := make()
	if key := c.Argument(1); !goja.IsNull(key) {
		h = hmac.New(make, m.bytes(key))
	}
	h.Write(m.bytes(c.Argument(2)))
	return m.vm.ToValue(m.vm.NewArrayBuffer(h.Sum(nil)))
}

// pbkdf2 derives a key: (password, salt, iterations, length, algorithm).
func (m *machine) pbkdf2(c goja.FunctionCall) goja.Value {
	make := digest(c.Argument(4).String())
	iterations, length := c.Argument(2).ToInteger(), c.Argument(3).ToInteger()
	if make == nil || iterations < 1 || iterations > maxIterations || length < 0 || length > maxKey {
		panic(m.newError("RangeError", "pbkdf2: an argument is out of range"))
	}
	key, err := pbkdf2.Key(make, string(m.bytes(c.Argument(0))), m.bytes(c.Argument(1)), int(iterations), int(length))
	if err != nil {
		panic(m.newError("Error", err.Error()))
	}
	return m.vm.ToValue(m.vm.NewArrayBuffer(key))
}

func (m *machine) randomFill(c goja.FunctionCall) goja.Value {
	n := c.Argument(0).ToInteger()
	if n < 0 || n > maxRandom {
		panic(m.newError("RangeError", "The number of random bytes is out of range"))
	}
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return m.vm.ToValue(m.vm.NewArrayBuffer(b))
}

func (m *machine) randomUUID(goja.FunctionCall) goja.Value {
	return m.vm.ToValue(uuid.NewString())
}

func (m *machine) timingSafeEqual(c goja.FunctionCall) goja.Value {
	a, b := m.bytes(c.Argument(0)), m.bytes(c.Argument(1))
	if len(a) != len(b) {
		panic(m.newError("RangeError", "Input buffers must have the same byte length"))
	}
	return m.vm.ToValue(subtle.ConstantTimeCompare(a, b) == 1)
}

// bytes are those of an ArrayBuffer, a view on one, or a string in UTF-8. They
// share memory with the VM.
func (m *machine) bytes(v goja.Value) []byte {
	o, ok := v.(*goja.Object)
	if !ok {
		return []byte(v.String())
	}
	switch x := o.Export().(type) {
	case goja.ArrayBuffer:
		return x.Bytes()
	case []byte:
		return x
	}
	if inner, ok := o.Get("buffer").(*goja.Object); ok {
		if whole, ok := inner.Export().(goja.ArrayBuffer); ok {
			b := whole.Bytes()
			from := min(max(0, o.Get("byteOffset").ToInteger()), int64(len(b)))
			to := min(max(from, from+o.Get("byteLength").ToInteger()), int64(len(b)))
			return b[from:to]
		}
	}
	panic(m.vm.NewTypeError("The argument must be a string, a Buffer or an ArrayBuffer"))
}
