package control

import (
	"crypto/rand"
	"encoding/base64"
)

// Lengths of identifiers (aws-facts: control plane, 1).
const (
	apiIDLength    = 10 // REST APIs, their root resources, API keys
	objectIDLength = 6  // everything else
	keyValueLength = 40
)

const (
	lowerAlphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789"
	alphanumeric      = lowerAlphanumeric + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// newID makes an identifier of n characters a-z and 0-9.
func newID(n int) string { return randomText(n, lowerAlphanumeric) }

// randomText draws n characters of an alphabet, each with the same chance.
func randomText(n int, alphabet string) string {
	out := make([]byte, 0, n)
	var pool [64]byte
	bound := 256 - 256%len(alphabet)
	for len(out) < n {
		_, _ = rand.Read(pool[:]) // never fails (crypto/rand)
		for _, b := range pool {
			if int(b) < bound && len(out) < n {
				out = append(out, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(out)
}

// extendedRequestID is a value for x-amz-apigw-id: 11 bytes in base64, as the
// service's are.
func extendedRequestID() string {
	var b [11]byte
	_, _ = rand.Read(b[:])
	return base64.StdEncoding.EncodeToString(b[:])
}
