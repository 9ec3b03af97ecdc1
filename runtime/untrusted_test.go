package runtime

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"testing"

	"sluice/runtime/backend"
)

// TestUntrusted has the lines that the knowledge center shows.
func TestUntrusted(t *testing.T) {
	c := &x509.Certificate{Subject: pkix.Name{CommonName: "myinstance.com"}}
	for want, err := range map[string]error{
		"Host name 'domain.com.com' does not match the certificate subject provided by the peer (CN=myinstance.com)":                                         x509.HostnameError{Certificate: c, Host: "domain.com.com"},
		"PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target": x509.UnknownAuthorityError{Cert: c},
		"PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed":                                                  x509.CertificateInvalidError{Cert: c, Reason: x509.Expired},
		"": errors.New("connection reset"),
	} {
		err = &backend.Error{Kind: backend.KindConnect, Err: &tls.CertificateVerificationError{Err: err}}
		if got := untrusted(err); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
