package cache

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
)

// seal encrypts the entries of one stage with AES-256-GCM. Nonces are random: one
// key is safe for about 2^32 entries, and each stage has its own.
type seal struct {
	aead  cipher.AEAD
	names []byte // key of the HMAC that entries are named by
}

// newSeal derives the keys of a stage from the configured one.
func newSeal(secret []byte, id stageID) (*seal, error) {
	derive := func(use string) ([]byte, error) {
		info := appendText(appendText(appendText(nil, "sluice response cache: "+use), id.api), id.name)
		return hkdf.Key(sha256.New, secret, nil, string(info), 32)
	}
	key, err := derive("entries")
	if err != nil {
		return nil, fmt.Errorf("deriving the cache's key: %w", err)
	}
	names, err := derive("names")
	if err != nil {
		return nil, fmt.Errorf("deriving the cache's key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("cache encryption: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("cache encryption: %w", err)
	}
	return &seal{aead: aead, names: names}, nil
}

// name is what an entry is called outside; it tells nothing about the key, not
// even to someone who guesses values.
func (s *seal) name(key string) []byte {
	h := hmac.New(sha256.New, s.names)
	h.Write(bytesView(key))
	return h.Sum(nil)
}

// appendSealed appends the nonce and the encrypted text. head, which stays
// readable, and the entry's key are bound to it.
func (s *seal) appendSealed(b, plain, head []byte, key string) []byte {
	return s.aead.Seal(b, nil, plain, boundData(head, key))
}

// open decrypts what appendSealed appended under the same head and key.
func (s *seal) open(sealed, head []byte, key string) ([]byte, error) {
	return s.aead.Open(nil, nil, sealed, boundData(head, key))
}

func boundData(head []byte, key string) []byte {
	return append(append(make([]byte, 0, len(head)+len(key)), head...), key...)
}
