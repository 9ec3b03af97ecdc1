package control

import "sluice/api"

// vpcLinkRecord is a VPC link (service model: VpcLink). Its status follows from its
// times.
type vpcLinkRecord struct {
	ID          string            `json:"id"`
	Name        string            `json:"name,omitempty"`
	Description string            `json:"description,omitempty"`
	TargetArns  []string          `json:"targetArns"`
	Tags        map[string]string `json:"tags,omitzero"`
	CreatedDate *api.Timestamp    `json:"createdDate,omitempty"`
	DeletedDate *api.Timestamp    `json:"deletedDate,omitempty"` // nil: it was not deleted
}

func vpcLinkOperations() operations { return operations{} }
