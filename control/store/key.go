package store

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Key joins parts to a key with '/'. In the parts '/', '%' and what is not UTF-8
// are percent-escaped, so that two lists of parts never make one key, and no part
// reaches into the next.
func Key(parts ...string) string {
	size := max(len(parts)-1, 0)
	plain := true
	for _, part := range parts {
		size += len(part)
		plain = plain && !strings.ContainsAny(part, "/%") && utf8.ValidString(part)
	}
	if plain {
		return strings.Join(parts, "/")
	}
	var b strings.Builder
	b.Grow(size + 16)
	for i, part := range parts {
		if i > 0 {
			b.WriteByte('/')
		}
		escape(&b, part)
	}
	return b.String()
}

func escape(b *strings.Builder, part string) {
	const hex = "0123456789ABCDEF"
	for part != "" {
		r, size := utf8.DecodeRuneInString(part)
		if r == '/' || r == '%' || r == utf8.RuneError && size == 1 {
			b.Write([]byte{'%', hex[part[0]>>4], hex[part[0]&15]})
		} else {
			b.WriteString(part[:size])
		}
		part = part[size:]
	}
}

var errKey = errors.New("not a key of escaped parts")

// Parts are what [Key] made a key of; of one empty part and of none it makes the
// same key, which is taken for one. It fails for what no call of Key returns.
func Parts(key string) ([]string, error) {
	parts := strings.Split(key, "/")
	for i, part := range parts {
		p, err := unescape(part)
		if err != nil {
			return nil, err
		}
		parts[i] = p
	}
	if Key(parts...) != key {
		return nil, errKey
	}
	return parts, nil
}

func unescape(part string) (string, error) {
	if !strings.Contains(part, "%") {
		return part, nil
	}
	var b strings.Builder
	b.Grow(len(part))
	for {
		before, after, found := strings.Cut(part, "%")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		if len(after) < 2 || digit(after[0]) < 0 || digit(after[1]) < 0 {
			return "", errKey
		}
		b.WriteByte(byte(digit(after[0])<<4 | digit(after[1])))
		part = after[2:]
	}
}

func digit(c byte) int { return strings.IndexByte("0123456789ABCDEF", c) }

func checkRecord(key string, value []byte) error {
	switch {
	case key == "":
		return fmt.Errorf("%w: empty key", ErrInvalid)
	case len(key) > MaxKey:
		return fmt.Errorf("%w: key of %d bytes, at most %d are possible", ErrInvalid, len(key), MaxKey)
	case !utf8.ValidString(key):
		return fmt.Errorf("%w: key %q is not UTF-8", ErrInvalid, key)
	case len(value) > MaxValue:
		return fmt.Errorf("%w: value of %s has %d bytes, at most %d are possible", ErrInvalid, key, len(value), MaxValue)
	}
	return nil
}

// span is the range, low <= key < high, of the keys that begin with prefix and are
// greater than after. No key, being UTF-8, reaches 0xff.
func span(prefix, after string) (low, high string) {
	low, high = prefix, "\xff"
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xff {
			high = prefix[:i] + string([]byte{prefix[i] + 1})
			break
		}
	}
	if after >= prefix {
		low = after + "\x00"
	}
	return low, high
}
