package runtime

import (
	"crypto/x509"
	"errors"
)

// untrusted is why a backend's certificate is not accepted, in the words of the
// service: those of Java (knowledge center, "errors when I use SSL certificates with
// backend integration" and "HTTP 500 errors with a VPC link"); "" when it was not the
// certificate that failed.
func untrusted(err error) string {
	var name x509.HostnameError
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &name):
		subject := ""
		if name.Certificate != nil {
			subject = name.Certificate.Subject.String()
		}
		return "Host name '" + name.Host + "' does not match the certificate subject provided by the peer (" + subject + ")"
	case errors.As(err, &authority):
		return "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed"
	}
	return ""
}
