package control

import "sluice/api"

// flushRecord says which cache of a stage was emptied last. Writing it is what tells
// every node to empty its own.
type flushRecord struct {
	Last  string         `json:"last"` // flushedCache or flushedAuthorizers
	At    *api.Timestamp `json:"at"`
	Nonce string         `json:"nonce"` // makes each record another
}

const (
	flushedCache       = "cache"
	flushedAuthorizers = "authorizers"
)
