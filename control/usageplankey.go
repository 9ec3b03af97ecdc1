package control

import (
	"slices"
	"strings"
)

// usagePlanKeyRecord says that a key is in a plan.
type usagePlanKeyRecord struct {
	PlanID string `json:"planId"`
	KeyID  string `json:"keyId"`
	// Sequence is in the order of adding, with that of the keys of the region.
	Sequence int64 `json:"sequence"`
}

// usagePlanKey is a key in a plan (service model: UsagePlanKey).
type usagePlanKey struct {
	ID    string `json:"id"`
	Type  string `json:"type"`
	Value string `json:"value,omitempty"`
	Name  string `json:"name,omitempty"`
}

// planKeyType is the only type of keys in plans.
const planKeyType = "API_KEY"

func showUsagePlanKey(r *apiKeyRecord) *usagePlanKey {
	return &usagePlanKey{ID: r.ID, Type: planKeyType, Value: r.Value, Name: r.Name}
}

func createUsagePlanKey(c *call) (any, error) {
	in, err := decode[struct {
		KeyID   string `json:"keyId"`
		KeyType string `json:"keyType"`
	}](c)
	if err != nil {
		return nil, err
	}
	var key *apiKeyRecord
	err = c.update(func(t *tx) error {
		plan, err := requireUsagePlan(t, c.path["usageplanId"])
		if err != nil {
			return err
		}
		if in.KeyType != planKeyType {
			return badRequest("Invalid key type specified. Valid options are %s", planKeyType)
		}
		if key, err = requireAPIKey(t, in.KeyID); err != nil {
			return err
		}
		return joinPlan(t, plan, key)
	})
	if err != nil {
		return nil, err
	}
	return showUsagePlanKey(key), nil
}

// joinPlan puts a key into a plan.
func joinPlan(t *tx, plan *usagePlanRecord, key *apiKeyRecord) error {
	if slices.Contains(key.PlanIDs, plan.ID) {
		return conflict("API Key %s is already associated with Usage Plan %s", key.ID, plan.ID)
	}
	for _, id := range key.PlanIDs {
		other, err := requireUsagePlan(t, id)
		if err != nil {
			return err
		}
		for _, s := range plan.APIStages {
			if other.stage(s.APIID, s.Stage) != nil {
				return planOverlap(plan.ID, key.ID, s.APIID, s.Stage)
			}
		}
	}
	if len(key.PlanIDs) >= maxPlansOfKey {
		return limitExceeded("Maximum number of Usage Plans for this API Key has been reached.")
	}
	sequence, err := nextSequence(t)
	if err != nil {
		return err
	}
	key.PlanIDs = append(key.PlanIDs, plan.ID)
	if err := put(t, key, kindAPIKey, key.ID); err != nil {
		return err
	}
	return put(t, &usagePlanKeyRecord{plan.ID, key.ID, sequence}, kindUsagePlanKey, plan.ID, key.ID)
}

// forgetPlan takes a plan out of a key's own list.
func forgetPlan(t *tx, keyID, planID string) error {
	key, err := requireAPIKey(t, keyID)
	if err != nil {
		return err
	}
	key.PlanIDs = slices.DeleteFunc(key.PlanIDs, func(id string) bool { return id == planID })
	return put(t, key, kindAPIKey, keyID)
}

// requireUsagePlanKey reads a key that must be in a plan.
func requireUsagePlanKey(t *tx, planID, keyID string) (*apiKeyRecord, error) {
	if _, err := requireUsagePlan(t, planID); err != nil {
		return nil, err
	}
	r, err := get[usagePlanKeyRecord](t, kindUsagePlanKey, planID, keyID)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, invalidAPIKey()
	}
	return requireAPIKey(t, keyID)
}

func deleteUsagePlanKey(c *call) (any, error) {
	plan, key := c.path["usageplanId"], c.path["keyId"]
	return nil, c.update(func(t *tx) error {
		if _, err := requireUsagePlanKey(t, plan, key); err != nil {
			return err
		}
		if err := forgetPlan(t, key, plan); err != nil {
			return err
		}
		return remove(t, kindUsagePlanKey, plan, key)
	})
}

func getUsagePlanKey(c *call) (any, error) {
	var out *apiKeyRecord
	err := c.view(func(t *tx) (err error) {
		out, err = requireUsagePlanKey(t, c.path["usageplanId"], c.path["keyId"])
		return err
	})
	if err != nil {
		return nil, err
	}
	return showUsagePlanKey(out), nil
}

// getUsagePlanKeys finds nothing wrong with an unknown plan (recorded).
func getUsagePlanKeys(c *call) (any, error) {
	var out page[*usagePlanKey]
	name := c.query.Get("name")
	err := c.view(func(t *tx) error {
		records, err := list[usagePlanKeyRecord](t, kindUsagePlanKey, c.path["usageplanId"])
		if err != nil {
			return err
		}
		if name != "" {
			if records, err = keysNamed(t, records, name); err != nil {
				return err
			}
		}
		shown, err := pageOf(c, records, func(r *usagePlanKeyRecord) string { return newestFirst(r.Sequence) }, same)
		if err != nil {
			return err
		}
		out = page[*usagePlanKey]{Item: make([]*usagePlanKey, len(shown.Item)), Position: shown.Position}
		for i, r := range shown.Item {
			key, err := requireAPIKey(t, r.KeyID)
			if err != nil {
				return err
			}
			out.Item[i] = showUsagePlanKey(key)
		}
		return nil
	})
	return out, err
}

// keysNamed are those of the keys in plans whose names begin with a text.
func keysNamed(t *tx, all []*usagePlanKeyRecord, name string) (out []*usagePlanKeyRecord, err error) {
	for _, r := range all {
		key, err := requireAPIKey(t, r.KeyID)
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(key.Name, name) {
			out = append(out, r)
		}
	}
	return out, nil
}
