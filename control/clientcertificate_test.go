package control

import (
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestClientCertificate(t *testing.T) { runScenarios(t, "clientcertificate.json") }

// The certificate is a real one for clients, with its key, which no answer shows.
func TestClientCertificateMaterial(t *testing.T) {
	f := newFixture(t)
	made := f.do("POST", "/clientcertificates", `{}`)
	id := made.member("clientCertificateId")
	for _, a := range []answer{
		made, f.do("GET", "/clientcertificates", nil), f.do("GET", "/clientcertificates/"+id, nil),
		f.do("PATCH", "/clientcertificates/"+id, `{}`),
	} {
		if a.status >= 300 || strings.Contains(a.body, "PRIVATE") || strings.Contains(a.body, "rivateKey") {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	r, err := decodeRecord[clientCertificateRecord]("", []byte(f.records()["clientcertificate/us-east-1/"+id]))
	if err != nil {
		t.Fatal(err)
	}
	material := r.material()
	if string(material.Certificate) != made.member("pemEncodedCertificate") {
		t.Errorf("certificate is %s", material.Certificate)
	}
	pair, err := tls.X509KeyPair(material.Certificate, material.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	c := pair.Leaf
	if key, ok := c.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() != 2048 {
		t.Errorf("key is %T", c.PublicKey)
	}
	if err := c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature); err != nil {
		t.Errorf("not signed by itself: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(c)
	if _, err := c.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: testTime(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		t.Error(err)
	}
	if c.Subject.String() != "CN=ApiGateway,L=Seattle,C=US" || !c.NotBefore.Equal(testTime()) || !c.NotAfter.Equal(testTime().Add(365*24*time.Hour)) {
		t.Errorf("%s from %s to %s", c.Subject, c.NotBefore, c.NotAfter)
	}
}

func TestClientCertificateLimit(t *testing.T) {
	f := newFixture(t)
	for i := range maxClientCertificates {
		if err := f.record(fmt.Sprintf("clientcertificate/us-east-1/c%d", i), `{}`); err != nil {
			t.Fatal(err)
		}
	}
	f.refuses("POST", "/clientcertificates", `{}`, 429, "LimitExceededException",
		"Maximum number of Client Certificates for this account has been reached.  Please contact AWS if you need additional Client Certificates.")
}
