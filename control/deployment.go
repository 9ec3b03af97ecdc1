package control

import "sluice/api"

// deploymentRecord is a deployment without what it froze, which is a record of its
// own (kindSnapshot: an api.Snapshot).
type deploymentRecord struct {
	ID          string         `json:"id"`
	Description string         `json:"description,omitempty"`
	CreatedDate *api.Timestamp `json:"createdDate,omitempty"`
}

func deploymentOperations() operations { return operations{} }
