package control

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"sluice/api"
	"sluice/throttle"
)

// apiKeyRecord is an API key (service model: ApiKey). Its members are the wire's but
// for the last three.
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
	// Labels can be patched, and no answer has them.
	Labels []string `json:"labels,omitempty"`
	// PlanIDs are the usage plans that the key is in.
	PlanIDs []string `json:"usagePlanIds,omitempty"`
	// Sequence counts the keys of a region in the order of their making: times have
	// whole seconds only.
	Sequence int64 `json:"sequence,omitempty"`
}

// throttled is the key as the data plane knows it.
func (r *apiKeyRecord) throttled() throttle.Key {
	return throttle.Key{ID: r.ID, Value: r.Value, Name: r.Name, CustomerID: r.CustomerID, Enabled: r.Enabled}
}

const (
	// kindAPIKeyValue has for each value in use the key that has it. Its records
	// belong to no region: the data plane knows keys by their values alone.
	kindAPIKeyValue kind = "apikeyvalue" // value
	// kindAPIKeyOrder has the keys of a region, the newest first, with what they are
	// looked for by.
	kindAPIKeyOrder kind = "apikeyorder" // newestFirst(sequence)
	// kindAPIKeyCount has how many keys a region has and had.
	kindAPIKeyCount kind = "apikeycount" // region
)

// apiKeyOfValue says which key has a value.
type apiKeyOfValue struct {
	Region string `json:"region"`
	ID     string `json:"id"`
}

// apiKeyPlace is the place of a key in the order.
type apiKeyPlace struct {
	ID         string `json:"id"`
	Name       string `json:"name,omitempty"`
	CustomerID string `json:"customerId,omitempty"`
	Sequence   int64  `json:"sequence"`
}

// apiKeyCount counts the keys of a region, so that making one does not read all.
type apiKeyCount struct {
	Keys     int   `json:"keys"`
	Sequence int64 `json:"sequence"` // the last that was given
}

// Bounds of API keys (recorded; aws-facts: limits, 1).
const (
	maxAPIKeys           = 10000
	minAPIKeyValue       = 20
	maxAPIKeyValue       = 128
	maxAPIKeyName        = 1024
	maxAPIKeyDescription = 125000
)

func apiKeyOperations() operations {
	return operations{
		"CreateApiKey":  createAPIKey,
		"DeleteApiKey":  deleteAPIKey,
		"GetApiKey":     getAPIKey,
		"GetApiKeys":    getAPIKeys,
		"ImportApiKeys": importAPIKeys,
		"UpdateApiKey":  updateAPIKey,
	}
}

func invalidAPIKey() error { return notFound("Invalid API Key identifier specified") }

// requireAPIKey reads a key.
func requireAPIKey(t *tx, id string) (*apiKeyRecord, error) {
	r, err := get[apiKeyRecord](t, kindAPIKey, id)
	if err == nil && r == nil {
		err = invalidAPIKey()
	}
	return r, err
}

// showAPIKey is a key in the wire's form. Where the service shows tags always, none
// are an empty map.
func showAPIKey(r *apiKeyRecord, withValue, withTags bool) *apiKeyRecord {
	out := *r
	out.Labels, out.PlanIDs, out.Sequence = nil, nil, 0
	if !withValue {
		out.Value = ""
	}
	out.Tags = shownTags(r.Tags, withTags)
	return &out
}

// shownTags are the tags of an answer: none are an empty map where the service
// always shows them, and left out elsewhere (recorded).
func shownTags(tags map[string]string, always bool) map[string]string {
	switch {
	case len(tags) > 0:
		return tags
	case always:
		return map[string]string{}
	}
	return nil
}

type createAPIKeyInput struct {
	Name               string            `json:"name"`
	Description        string            `json:"description"`
	Enabled            bool              `json:"enabled"`
	GenerateDistinctID *bool             `json:"generateDistinctId"`
	Value              string            `json:"value"`
	StageKeys          []stageKeyInput   `json:"stageKeys"`
	CustomerID         string            `json:"customerId"`
	Tags               map[string]string `json:"tags"`
}

// stageKeyInput names a stage that a key was for before there were usage plans.
type stageKeyInput struct {
	RestAPIID string `json:"restApiId"`
	StageName string `json:"stageName"`
}

func createAPIKey(c *call) (any, error) {
	in, err := decode[createAPIKeyInput](c)
	if err != nil {
		return nil, err
	}
	now := c.timestamp()
	r := &apiKeyRecord{
		ID: newID(apiIDLength), Value: in.Value, Name: in.Name, CustomerID: in.CustomerID, Description: in.Description,
		Enabled: in.Enabled, CreatedDate: now, LastUpdatedDate: now, StageKeys: []string{}, Tags: in.Tags,
	}
	if r.Value == "" {
		r.Value = randomText(keyValueLength, alphanumeric)
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	if in.GenerateDistinctID != nil && !*in.GenerateDistinctID {
		r.ID = r.Value
	}
	for _, k := range in.StageKeys {
		r.StageKeys = append(r.StageKeys, k.RestAPIID+"/"+k.StageName)
	}
	err = c.update(func(t *tx) error {
		for _, k := range r.StageKeys {
			if err := requireStageKey(t, k); err != nil {
				return err
			}
		}
		return addAPIKey(t, r)
	})
	if err != nil {
		return nil, err
	}
	return showAPIKey(r, true, false), nil
}

// check finds the first fault of a key.
func (r *apiKeyRecord) check() error {
	if err := r.checkTexts(); err != nil {
		return err
	}
	if err := checkAPIKeyValue(r.Value); err != nil {
		return err
	}
	return checkTags(r.Tags)
}

// checkTexts is the part of check for what can change.
func (r *apiKeyRecord) checkTexts() error {
	switch {
	case utf8.RuneCountInString(r.Name) > maxAPIKeyName:
		return badRequest("Invalid API Key name, can be at most %d characters.", maxAPIKeyName)
	case utf8.RuneCountInString(r.Description) > maxAPIKeyDescription:
		return badRequest("Invalid API Key description specified.")
	}
	return nil
}

// checkAPIKeyValue refuses what is too short, too long, or no value of a header.
func checkAPIKeyValue(value string) error {
	switch n := utf8.RuneCountInString(value); {
	case n < minAPIKeyValue:
		return badRequest("API Key value should be at least %d characters", minAPIKeyValue)
	case n > maxAPIKeyValue:
		return badRequest("API Key value exceeds maximum size of %d characters", maxAPIKeyValue)
	}
	for _, b := range []byte(value) {
		if b <= ' ' || b > '~' {
			return badRequest("Invalid API Key value specified.")
		}
	}
	return nil
}

// addAPIKey stores a new key and gives it its place in the order.
func addAPIKey(t *tx, r *apiKeyRecord) error {
	of, err := keyOfValue(t, r.Value)
	if err != nil {
		return err
	}
	if of != nil {
		return conflict("API Key already exists")
	}
	n, err := readAPIKeyCount(t)
	if err != nil {
		return err
	}
	if n.Keys >= maxAPIKeys {
		return accountFull("API Keys")
	}
	n.Keys++
	n.Sequence++
	r.Sequence = n.Sequence
	if err := put(t, n, kindAPIKeyCount); err != nil {
		return err
	}
	if err := put(everywhere(t), &apiKeyOfValue{t.region, r.ID}, kindAPIKeyValue, r.Value); err != nil {
		return err
	}
	return r.store(t)
}

// store writes a key that is in the order, or comes into it.
func (r *apiKeyRecord) store(t *tx) error {
	place := &apiKeyPlace{r.ID, r.Name, r.CustomerID, r.Sequence}
	if err := put(t, place, kindAPIKeyOrder, newestFirst(r.Sequence)); err != nil {
		return err
	}
	return put(t, r, kindAPIKey, r.ID)
}

// everywhere is the transaction for records that belong to no region.
func everywhere(t *tx) *tx {
	out := *t
	out.region = ""
	return &out
}

func keyOfValue(t *tx, value string) (*apiKeyOfValue, error) {
	return get[apiKeyOfValue](everywhere(t), kindAPIKeyValue, value)
}

func readAPIKeyCount(t *tx) (*apiKeyCount, error) {
	n, err := get[apiKeyCount](t, kindAPIKeyCount)
	if n == nil {
		n = &apiKeyCount{}
	}
	return n, err
}

// nextSequence is the next place in the order of keys, and of keys in plans.
func nextSequence(t *tx) (int64, error) {
	n, err := readAPIKeyCount(t)
	if err != nil {
		return 0, err
	}
	n.Sequence++
	return n.Sequence, put(t, n, kindAPIKeyCount)
}

// newestFirst is the text by which the newest of what has a sequence comes first.
func newestFirst(sequence int64) string { return fmt.Sprintf("%019d", math.MaxInt64-sequence) }

func deleteAPIKey(c *call) (any, error) {
	id := c.path["api_Key"]
	return nil, c.update(func(t *tx) error {
		r, err := requireAPIKey(t, id)
		if err != nil {
			return err
		}
		if err := t.served.refuse(t.key(kindAPIKey, id)); err != nil {
			return err
		}
		for _, plan := range r.PlanIDs {
			if err := remove(t, kindUsagePlanKey, plan, id); err != nil {
				return err
			}
		}
		n, err := readAPIKeyCount(t)
		if err != nil {
			return err
		}
		n.Keys--
		if err := put(t, n, kindAPIKeyCount); err != nil {
			return err
		}
		if err := remove(everywhere(t), kindAPIKeyValue, r.Value); err != nil {
			return err
		}
		if err := remove(t, kindAPIKeyOrder, newestFirst(r.Sequence)); err != nil {
			return err
		}
		return remove(t, kindAPIKey, id)
	})
}

func getAPIKey(c *call) (any, error) {
	var out *apiKeyRecord
	err := c.view(func(t *tx) (err error) {
		out, err = requireAPIKey(t, c.path["api_Key"])
		return err
	})
	if err != nil {
		return nil, err
	}
	return showAPIKey(out, c.flag("includeValue"), true), nil
}

func getAPIKeys(c *call) (any, error) {
	name, customer, values := c.query.Get("name"), c.query.Get("customerId"), c.flag("includeValues")
	after, err := c.position()
	if err != nil {
		return nil, err
	}
	limit := c.limit()
	chunk := limit + 1
	if name != "" || customer != "" {
		chunk = maxPage
	}
	out := page[*apiKeyRecord]{Item: make([]*apiKeyRecord, 0, limit)}
	err = c.view(func(t *tx) error {
		for {
			places, next, err := listPage[apiKeyPlace](t, after, chunk, kindAPIKeyOrder)
			if err != nil {
				return err
			}
			for _, p := range places {
				if !strings.HasPrefix(p.Name, name) || customer != "" && p.CustomerID != customer {
					continue
				}
				if len(out.Item) == limit {
					out.Position = positionAfter(after)
					return nil
				}
				r, err := requireAPIKey(t, p.ID)
				if err != nil {
					return err
				}
				out.Item = append(out.Item, showAPIKey(r, values, false))
				after = newestFirst(p.Sequence)
			}
			if next == "" {
				return nil
			}
			after = next
		}
	})
	return out, err
}

func updateAPIKey(c *call) (any, error) {
	var out *apiKeyRecord
	err := c.update(func(t *tx) (err error) {
		if out, err = requireAPIKey(t, c.path["api_Key"]); err != nil {
			return err
		}
		if err := applyPatch(c, apiKeyPatch(t), out); err != nil {
			return err
		}
		if err := out.checkTexts(); err != nil {
			return err
		}
		out.LastUpdatedDate = c.timestamp()
		return out.store(t)
	})
	if err != nil {
		return nil, err
	}
	return showAPIKey(out, false, true), nil
}

// requireStageKey finds the stage that "{API}/{stage}" names.
func requireStageKey(t *tx, key string) error {
	id, stage, ok := strings.Cut(key, "/")
	if !ok || id == "" || stage == "" {
		return badRequest("Invalid stage key specified")
	}
	s, err := get[api.Stage](t, kindStage, id, stage)
	if err == nil && s == nil {
		err = notFound("Invalid stage identifier specified")
	}
	return err
}
