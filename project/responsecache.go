package project

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"strings"

	"sluice/api"
)

// Cache is how stages cache answers. 0 and nil are the defaults.
type Cache struct {
	BytesPerGB    uint64 // what one GB of a cache cluster is in this process
	MaxBytes      uint64 // most for one stage
	EncryptionKey []byte // 32 bytes that answers in Redis are sealed under
}

func (l *loader) readCache(n *node, file string) {
	c := &l.project.Metering.Cache
	if v := n.get("bytesPerGB"); v != nil {
		c.BytesPerGB = uint64(v.number())
	}
	if v := n.get("maxBytes"); v != nil {
		c.MaxBytes = uint64(v.number())
	}
	if v := n.get("encryptionKey"); v != nil {
		c.EncryptionKey = l.readEncryptionKey(v, file)
	}
}

// readEncryptionKey reads a key from where the file says it is: a project file is
// no place for secrets.
func (l *loader) readEncryptionKey(n *node, file string) []byte {
	variable, source := n.get("env"), n.get("file")
	var text string
	var at api.Place
	switch {
	case (variable == nil) == (source == nil):
		l.problem(n.at, "cache.encryptionKey needs either env, the name of an environment variable, or file")
		return nil
	case variable != nil:
		at = variable.at
		if text = os.Getenv(variable.text); text == "" {
			l.problem(at, "the environment variable %s, which should hold the cache's encryption key, is not set", variable.text)
			return nil
		}
	default:
		at = source.at
		src, ok := l.read(relativeTo(file, source.text), at)
		if !ok {
			return nil
		}
		text = string(src)
	}
	key, err := parseEncryptionKey(strings.TrimSpace(text))
	if err != nil {
		l.problem(at, "%s", err)
	}
	return key
}

// parseEncryptionKey reads 32 bytes. Its error does not show them.
func parseEncryptionKey(text string) ([]byte, error) {
	const size = 32
	if key, err := hex.DecodeString(text); err == nil && len(key) == size {
		return key, nil
	}
	text = strings.TrimRight(text, "=")
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if key, err := encoding.DecodeString(text); err == nil && len(key) == size {
			return key, nil
		}
	}
	return nil, errors.New("the cache's encryption key must be 32 bytes, as base64 or as 64 hexadecimal digits, such as openssl rand -base64 32 prints")
}
