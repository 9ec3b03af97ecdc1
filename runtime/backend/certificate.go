package backend

import (
	"crypto/sha256"
	"crypto/tls"
	"errors"
)

// Certificate is what a Client presents to HTTPS backends that ask for one.
type Certificate struct {
	pair tls.Certificate
	id   [sha256.Size]byte // tells it from others in the table of endpoints
}

// ParseCertificate reads a certificate and its key, both PEM. The certificate may be
// followed by those that lead to its root.
func ParseCertificate(certificate, key []byte) (*Certificate, error) {
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return nil, errors.New("it cannot be used: " + err.Error())
	}
	h := sha256.New()
	for _, der := range pair.Certificate {
		h.Write(der)
	}
	c := &Certificate{pair: pair}
	h.Sum(c.id[:0])
	return c, nil
}

// present has cfg present the certificate whatever authorities the backend names: it
// is for the backend's owner to know it, and most sign it themselves. Sessions are
// the endpoint's own, so that none is resumed where another certificate is meant.
func (c *Certificate) present(cfg *tls.Config) {
	cfg.Certificates = nil
	cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &c.pair, nil }
	cfg.ClientSessionCache = tls.NewLRUClientSessionCache(sessionsKept)
}

// sessionsKept is how many TLS sessions an endpoint with a certificate remembers.
const sessionsKept = 8
