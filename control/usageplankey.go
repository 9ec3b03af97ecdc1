package control

// usagePlanKeyRecord says that a key is in a plan.
type usagePlanKeyRecord struct {
	PlanID string `json:"planId"`
	KeyID  string `json:"keyId"`
	// Sequence is in the order of adding, with that of the keys of the region.
	Sequence int64 `json:"sequence"`
}
