package control

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"

	"sluice/api"
	"sluice/control/patch"
	"sluice/runtime"
)

// clientCertificateRecord is a client certificate (service model: ClientCertificate)
// with its key, which is never shown.
type clientCertificateRecord struct {
	ClientCertificateID   string            `json:"clientCertificateId"`
	Description           string            `json:"description,omitempty"`
	PEMEncodedCertificate string            `json:"pemEncodedCertificate"`
	CreatedDate           *api.Timestamp    `json:"createdDate,omitempty"`
	ExpirationDate        *api.Timestamp    `json:"expirationDate,omitempty"`
	Tags                  map[string]string `json:"tags,omitzero"`
	PrivateKey            string            `json:"privateKey,omitempty"` // PEM
}

// material is what backends are shown.
func (r *clientCertificateRecord) material() *runtime.ClientCertificate {
	return &runtime.ClientCertificate{Certificate: []byte(r.PEMEncodedCertificate), PrivateKey: []byte(r.PrivateKey)}
}

const (
	maxClientCertificates = 60                   // aws-facts: limits, 1
	certificateLifetime   = 365 * 24 * time.Hour // developer guide
	certificateKeyBits    = 2048
)

func clientCertificateOperations() operations {
	return operations{
		"DeleteClientCertificate":   deleteClientCertificate,
		"GenerateClientCertificate": generateClientCertificate,
		"GetClientCertificate":      getClientCertificate,
		"GetClientCertificates":     getClientCertificates,
		"UpdateClientCertificate":   updateClientCertificate,
	}
}

// requireClientCertificate reads a certificate.
func requireClientCertificate(t *tx, id string) (*clientCertificateRecord, error) {
	r, err := get[clientCertificateRecord](t, kindClientCertificate, id)
	if err == nil && r == nil {
		err = notFound("Invalid Client Certificate identifier specified")
	}
	return r, err
}

func showClientCertificate(r *clientCertificateRecord, withTags bool) *clientCertificateRecord {
	out := *r
	out.PrivateKey = ""
	out.Tags = shownTags(r.Tags, withTags)
	return &out
}

func generateClientCertificate(c *call) (any, error) {
	in, err := decode[struct {
		Description string            `json:"description"`
		Tags        map[string]string `json:"tags"`
	}](c)
	if err != nil {
		return nil, err
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	room := func(t *tx) error {
		return checkRoom(t, kindClientCertificate, maxClientCertificates, "Client Certificates")
	}
	if err := c.view(room); err != nil { // before the work of making one
		return nil, err
	}
	r := &clientCertificateRecord{
		ClientCertificateID: newID(objectIDLength), Description: in.Description, Tags: in.Tags, CreatedDate: c.timestamp(),
	}
	r.ExpirationDate = &api.Timestamp{Time: r.CreatedDate.Add(certificateLifetime)}
	if err := r.generate(); err != nil {
		return nil, err
	}
	err = c.update(func(t *tx) error {
		if err := room(t); err != nil {
			return err
		}
		return put(t, r, kindClientCertificate, r.ClientCertificateID)
	})
	if err != nil {
		return nil, err
	}
	return showClientCertificate(r, false), nil
}

// generate makes the key and the certificate, which names its subject as the
// service's do.
func (r *clientCertificateRecord) generate() error {
	key, err := rsa.GenerateKey(rand.Reader, certificateKeyBits)
	if err != nil {
		return fmt.Errorf("make a client certificate's key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return fmt.Errorf("make a client certificate's serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)), // 0 is not allowed
		Subject:      pkix.Name{Country: []string{"US"}, Locality: []string{"Seattle"}, CommonName: "ApiGateway"},
		NotBefore:    r.CreatedDate.Time, NotAfter: r.ExpirationDate.Time,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return fmt.Errorf("make a client certificate: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("make a client certificate's key: %w", err)
	}
	r.PEMEncodedCertificate = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}))
	r.PrivateKey = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	return nil
}

func deleteClientCertificate(c *call) (any, error) {
	id := c.path["clientcertificate_id"]
	return nil, c.update(func(t *tx) error {
		if _, err := requireClientCertificate(t, id); err != nil {
			return err
		}
		users, err := usersOfClientCertificate(t, id)
		if err != nil {
			return err
		}
		if len(users) > 0 {
			return badRequest("Cannot delete client certificate '%s', is referenced in stages: [%s]", id, strings.Join(users, ", "))
		}
		return remove(t, kindClientCertificate, id)
	})
}

// usersOfClientCertificate are the stages that use a certificate, "{API}:{stage}".
func usersOfClientCertificate(t *tx, id string) (out []string, err error) {
	apis, err := list[api.RestApi](t, kindAPI)
	if err != nil {
		return nil, err
	}
	for _, a := range apis {
		stages, err := list[api.Stage](t, kindStage, a.ID)
		if err != nil {
			return nil, err
		}
		for _, s := range stages {
			if s.ClientCertificateID == id {
				out = append(out, a.ID+":"+s.StageName)
			}
		}
	}
	return out, nil
}

func getClientCertificate(c *call) (any, error) {
	var out *clientCertificateRecord
	err := c.view(func(t *tx) (err error) {
		out, err = requireClientCertificate(t, c.path["clientcertificate_id"])
		return err
	})
	if err != nil {
		return nil, err
	}
	return showClientCertificate(out, true), nil
}

func getClientCertificates(c *call) (any, error) {
	var out page[*clientCertificateRecord]
	err := c.view(func(t *tx) (err error) {
		out, err = pageOfRecords(c, t, func(r *clientCertificateRecord) *clientCertificateRecord {
			return showClientCertificate(r, false)
		}, kindClientCertificate)
		return err
	})
	return out, err
}

func updateClientCertificate(c *call) (any, error) {
	var out *clientCertificateRecord
	table := patch.NewTable(patch.Listing, patch.Rule[*clientCertificateRecord]{
		Path: "/description", Ops: []string{patch.Replace}, Apply: func(r *clientCertificateRecord, o patch.Operation, _ []string) error {
			r.Description = o.Text()
			return nil
		},
	})
	err := c.update(func(t *tx) (err error) {
		if out, err = requireClientCertificate(t, c.path["clientcertificate_id"]); err != nil {
			return err
		}
		if err := applyPatch(c, table, out); err != nil {
			return err
		}
		return put(t, out, kindClientCertificate, out.ClientCertificateID)
	})
	if err != nil {
		return nil, err
	}
	return showClientCertificate(out, true), nil
}
