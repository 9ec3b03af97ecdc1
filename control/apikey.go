package control

import (
	"sluice/api"
	"sluice/throttle"
)

// apiKeyRecord is an API key (service model: ApiKey). Its members are the wire's but
// for the last.
type apiKeyRecord struct {
	ID              string            `json:"id"`
	Value           string            `json:"value,omitempty"`
	Name            string            `json:"name,omitempty"`
	CustomerID      string            `json:"customerId,omitempty"`
	Description     string            `json:"description,omitempty"`
	Enabled         bool              `json:"enabled"`
	CreatedDate     *api.Timestamp    `json:"createdDate,omitempty"`
	LastUpdatedDate *api.Timestamp    `json:"lastUpdatedDate,omitempty"`
	StageKeys       []string          `json:"stageKeys"` // {API}/{stage}
	Tags            map[string]string `json:"tags,omitzero"`
	// Sequence counts the keys of a region in the order of their making: times have
	// whole seconds only.
	Sequence int64 `json:"sequence,omitempty"`
}

// throttled is the key as the data plane knows it.
func (r *apiKeyRecord) throttled() throttle.Key {
	return throttle.Key{ID: r.ID, Value: r.Value, Name: r.Name, CustomerID: r.CustomerID, Enabled: r.Enabled}
}

func apiKeyOperations() operations { return operations{} }
