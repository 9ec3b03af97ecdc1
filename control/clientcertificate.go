package control

import (
	"sluice/api"
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

func clientCertificateOperations() operations { return operations{} }
