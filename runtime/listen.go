package runtime

import (
	"net"
	"sync"

	"github.com/valyala/fasthttp"

	"sluice/runtime/edge"
)

// listener is a listener of a Gateway. fasthttp's Shutdown closes only those that its
// Serve has taken up, so the Gateway closes its own, too.
type listener struct {
	net.Listener
	once sync.Once
	err  error
}

func (l *listener) Close() error {
	l.once.Do(func() { l.err = l.Listener.Close() })
	return l.err
}

// serveOn accepts connections from ln until Shutdown, which may have been before.
func (g *Gateway) serveOn(s *fasthttp.Server, ln net.Listener) error {
	l := &listener{Listener: ln}
	g.listening.Lock()
	if g.draining.Load() {
		g.listening.Unlock()
		return l.Close()
	}
	g.listeners = append(g.listeners, l)
	g.listening.Unlock()
	return s.Serve(edge.Listen(l))
}
