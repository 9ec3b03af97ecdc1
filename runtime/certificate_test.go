package runtime

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sluice/api"
)

// clientCertificate makes a self-signed certificate, as the service does.
func clientCertificate(t *testing.T, name string) *ClientCertificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return &ClientCertificate{
		Certificate: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		PrivateKey:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}),
	}
}

// TestClientCertificate checks that each stage presents its own certificate, also to
// a backend whose list of authorities does not name it, and over connections that
// are not another stage's.
func TestClientCertificate(t *testing.T) {
	backend := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := "nobody"
		if certs := r.TLS.PeerCertificates; len(certs) > 0 {
			name = certs[0].Subject.CommonName
		}
		io.WriteString(w, name)
	}))
	others := x509.NewCertPool()
	others.AppendCertsFromPEM(clientCertificate(t, "another authority").Certificate)
	backend.TLS = &tls.Config{ClientAuth: tls.RequestClientCert, ClientCAs: others}
	backend.StartTLS()
	defer backend.Close()
	r := startGateway(t, Options{})
	build := func(stage, id string) *apiBuilder {
		b := newAPI()
		b.stage.StageName, b.stage.ClientCertificateID = stage, id
		b.stage.Variables = map[string]string{"backend": strings.TrimPrefix(backend.URL, "https://")}
		in := httpIntegration(api.IntegrationHTTPProxy, "GET", "https://${stageVariables.backend}/")
		in.TLSConfig = &api.TLSConfig{InsecureSkipVerification: true}
		b.method("GET", "/x", in)
		placeholder := httpIntegration(api.IntegrationHTTPProxy, "GET", "https://{host}/")
		placeholder.TLSConfig = in.TLSConfig
		placeholder.RequestParameters = map[string]string{"integration.request.path.host": "stageVariables.backend"}
		b.method("GET", "/placeholder", placeholder)
		return b
	}
	compile := func(b *apiBuilder, c *ClientCertificate) (*Stage, api.Problems) {
		return r.gateway.Compile(Deployment{Snapshot: b.snapshot, Stage: b.stage, ClientCertificate: c})
	}
	for stage, c := range map[string]*ClientCertificate{"one": clientCertificate(t, "cert one"), "two": clientCertificate(t, "cert two"), "none": nil} {
		id := "cert"
		if c == nil {
			id = ""
		}
		s, problems := compile(build(stage, id), c)
		if problems.Fatal() {
			t.Fatal(problems)
		}
		r.gateway.Publish(Publication{APIID: s.apiID, Stage: s.name, Compiled: s})
	}
	for range 3 {
		for stage, want := range map[string]string{"one": "cert one", "two": "cert two", "none": "nobody"} {
			r.expect("/"+stage+"/x", "", 200, want)
			r.expect("/"+stage+"/placeholder", "", 200, want)
		}
	}
	if _, problems := compile(build("one", "cert"), nil); !problems.Fatal() || !strings.Contains(problems.Error(), `stage one: client certificate "cert" is not known`) {
		t.Errorf("a certificate that is not known: %v", problems)
	}
	bad := clientCertificate(t, "x")
	bad.PrivateKey = clientCertificate(t, "y").PrivateKey
	if _, problems := compile(build("one", "cert"), bad); !problems.Fatal() || !strings.Contains(problems.Error(), "client certificate cert: it cannot be used") {
		t.Errorf("a key of another: %v", problems)
	}
	b := build("one", "")
	got, err := r.gateway.TestInvokeMethod(context.Background(), TestMethod{
		TestCall:   TestCall{Deployment: Deployment{Snapshot: b.snapshot}, StageVariables: b.stage.Variables},
		ResourceID: b.snapshot.Resources[0].ID, HTTPMethod: "GET", ClientCertificate: clientCertificate(t, "tested"),
	})
	if err != nil || got.Body != "tested" {
		t.Errorf("test call: %v %+v", err, got)
	}
}
