package openapi

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
)

// Lengths of the identifiers that the service gives out.
const (
	idLength     = 6
	rootIDLength = 10
)

// maxGenerated bounds how often a generator is asked for an id that is not taken.
const maxGenerated = 100

// identifiers makes ids that are the same for the same document: from the API's
// id and what the thing is called, so that a reload changes none.
// With a generator they are whatever it gives.
type identifiers struct {
	apiID    string
	taken    map[string]bool
	generate func(length int) string
}

func (g *identifiers) make(kind, name string, length int) string {
	for try := 0; ; try++ {
		if g.generate != nil && try < maxGenerated {
			if id := g.generate(length); !g.taken[kind+id] {
				g.taken[kind+id] = true
				return id
			}
			continue
		}
		sum := sha256.Sum256([]byte(g.apiID + "\x00" + kind + "\x00" + name + "\x00" + strconv.Itoa(try)))
		id := base36(binary.BigEndian.Uint64(sum[:]), length)
		if !g.taken[kind+id] {
			g.taken[kind+id] = true
			return id
		}
	}
}

func base36(n uint64, length int) string {
	const digits = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, length)
	for i := range b {
		b[i] = digits[n%36]
		n /= 36
	}
	return string(b)
}
