//go:build !unix

package backend

import (
	"errors"
	"net"
	"time"
)

// turn needs non-blocking system calls; see turn_unix.go.
type turn struct{}

var errStale = errors.New("connection closed or not silent while idle")

func (*turn) init(net.Conn) {}

func (*turn) usable() bool { return false }

func (c *conn) sendTurn(_, _ []byte) (int, outcome, error) { return 0, stale, errStale }

// peekQuiet is conn.quiet for the socket. A byte it reads is lost, which does
// not matter: the connection is not used again.
func peekQuiet(nc net.Conn) bool {
	if nc.SetReadDeadline(time.Now().Add(100*time.Microsecond)) != nil {
		return false
	}
	var b [1]byte
	n, err := nc.Read(b[:])
	return n == 0 && isTimeout(err)
}
