package control

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strings"

	"sluice/api"
	"sluice/control/store"
	"sluice/throttle"
	"sluice/throttle/ledger"
)

// usagePlanRecord is a usage plan (service model: UsagePlan). Its members are the
// wire's but for the last.
type usagePlanRecord struct {
	ID          string            `json:"id"`
	Name        string            `json:"name,omitempty"`
	Description string            `json:"description,omitempty"`
	APIStages   []*planStage      `json:"apiStages"`
	Throttle    *planThrottle     `json:"throttle,omitempty"`
	Quota       *planQuota        `json:"quota,omitempty"`
	ProductCode string            `json:"productCode,omitempty"`
	Tags        map[string]string `json:"tags,omitzero"`
	// CreatedDate is when the first period of the quota is.
	CreatedDate *api.Timestamp `json:"createdDate,omitempty"`
}

// planStage is a stage that a plan opens (service model: ApiStage).
type planStage struct {
	APIID    string                   `json:"apiId"`
	Stage    string                   `json:"stage"`
	Throttle map[string]*planThrottle `json:"throttle,omitempty"` // by /{path}/{METHOD}
}

// planThrottle is a limit of which either member may be unset (service model:
// ThrottleSettings).
type planThrottle struct {
	BurstLimit *int64      `json:"burstLimit,omitempty"` // requests
	RateLimit  *api.Double `json:"rateLimit,omitempty"`  // requests a second
}

// planQuota is how many requests a key may make in a period (service model:
// QuotaSettings).
type planQuota struct {
	Limit  int64  `json:"limit"`
	Offset int64  `json:"offset"` // taken off the limit in the first period
	Period string `json:"period,omitempty"`
}

// throttled is the plan as the data plane knows it, without its keys.
func (r *usagePlanRecord) throttled() throttle.Plan {
	out := throttle.Plan{ID: r.ID, Name: r.Name, Throttle: r.Throttle.throttled()}
	for _, s := range r.APIStages {
		stage := throttle.PlanStage{APIID: s.APIID, Stage: s.Stage}
		for method, limit := range s.Throttle {
			if stage.Throttle == nil {
				stage.Throttle = map[string]throttle.Throttle{}
			}
			stage.Throttle[method] = limit.throttled()
		}
		out.Stages = append(out.Stages, stage)
	}
	if r.Quota != nil {
		out.Quota = &throttle.Quota{Limit: r.Quota.Limit, Offset: r.Quota.Offset, Period: ledger.Period(r.Quota.Period)}
	}
	if r.CreatedDate != nil {
		out.Created = r.CreatedDate.Time
	}
	return out
}

func (l *planThrottle) throttled() throttle.Throttle {
	if l == nil {
		return throttle.Throttle{}
	}
	return throttle.Throttle{RateLimit: (*float64)(l.RateLimit), BurstLimit: l.BurstLimit}
}

// Bounds of usage plans (aws-facts: limits, 1 and 2).
const (
	maxUsagePlans      = 300
	maxPlansOfKey      = 10
	maxMethodThrottles = 20 // a stage of a plan
)

func usagePlanOperations() operations {
	return operations{
		"CreateUsagePlan":    createUsagePlan,
		"CreateUsagePlanKey": createUsagePlanKey,
		"DeleteUsagePlan":    deleteUsagePlan,
		"DeleteUsagePlanKey": deleteUsagePlanKey,
		"GetUsagePlan":       getUsagePlan,
		"GetUsagePlanKey":    getUsagePlanKey,
		"GetUsagePlanKeys":   getUsagePlanKeys,
		"GetUsagePlans":      getUsagePlans,
		"UpdateUsagePlan":    updateUsagePlan,
	}
}

// requireUsagePlan reads a plan (its error is recorded).
func requireUsagePlan(t *tx, id string) (*usagePlanRecord, error) {
	r, err := get[usagePlanRecord](t, kindUsagePlan, id)
	if err == nil && r == nil {
		err = notFound("Invalid Usage Plan ID specified")
	}
	return r, err
}

func showUsagePlan(r *usagePlanRecord, withTags bool) *usagePlanRecord {
	out := *r
	out.CreatedDate = nil
	out.Tags = shownTags(r.Tags, withTags)
	if out.APIStages == nil {
		out.APIStages = []*planStage{}
	}
	return &out
}

func createUsagePlan(c *call) (any, error) {
	in, err := decode[usagePlanRecord](c)
	if err != nil {
		return nil, err
	}
	r := &usagePlanRecord{
		ID: newID(objectIDLength), Name: in.Name, Description: in.Description, Throttle: in.Throttle, Quota: in.Quota,
		Tags: in.Tags, CreatedDate: c.timestamp(), APIStages: []*planStage{},
	}
	err = c.update(func(t *tx) error {
		r.APIStages = r.APIStages[:0]
		for _, s := range in.APIStages {
			if s == nil || s.APIID == "" || s.Stage == "" {
				// The service forgets to fill its text in.
				return badRequest("%s", "Invalid API Stage {api: %s, stage: %s} specified for usageplan %s")
			}
			if err := r.addStage(t, s.APIID+":"+s.Stage); err != nil {
				return err
			}
			r.APIStages[len(r.APIStages)-1].Throttle = canonicalThrottles(s.Throttle)
		}
		if err := r.check(); err != nil {
			return err
		}
		if err := checkRoom(t, kindUsagePlan, maxUsagePlans, "Usage Plans"); err != nil {
			return err
		}
		return put(t, r, kindUsagePlan, r.ID)
	})
	if err != nil {
		return nil, err
	}
	return showUsagePlan(r, false), nil
}

// check finds the first fault of a plan.
func (r *usagePlanRecord) check() error {
	if r.Name == "" {
		return badRequest("Usage Plan name must be non-empty")
	}
	if err := r.Throttle.check(); err != nil {
		return err
	}
	for _, s := range r.APIStages {
		if len(s.Throttle) > maxMethodThrottles {
			return limitExceeded("Maximum number of method throttle settings for API Stage %s:%s has been reached.", s.APIID, s.Stage)
		}
		for method, l := range s.Throttle {
			if !isMethodPath(method) {
				return badRequest("Invalid method throttle path specified: %s", method)
			}
			if err := l.check(); err != nil {
				return err
			}
		}
	}
	if q := r.Quota; q != nil {
		switch {
		case !ledger.Period(q.Period).Valid():
			return badRequest("Invalid quota period specified. Valid options are DAY,WEEK,MONTH")
		case q.Limit < 0:
			return badRequest("Usage Plan quota limit must not be negative")
		case q.Offset < 0 || q.Offset > q.Limit:
			return badRequest("Usage Plan quota offset must be between 0 and the limit")
		}
	}
	return checkTags(r.Tags)
}

func (l *planThrottle) check() error {
	switch {
	case l == nil:
		return nil
	case l.BurstLimit != nil && *l.BurstLimit < 0:
		return badRequest("Usage Plan throttle burst limit must not be negative")
	case l.RateLimit != nil && (!(*l.RateLimit >= 0) || math.IsInf(float64(*l.RateLimit), 0)):
		return badRequest("Usage Plan throttle rate limit must not be negative")
	}
	return nil
}

// addStage has the plan open one stage more, "{API}:{stage}". What stands after a
// second colon is forgotten, as the service does.
func (r *usagePlanRecord) addStage(t *tx, name string) error {
	id, stage, err := splitStage(name)
	if err != nil {
		return err
	}
	s, err := get[api.Stage](t, kindStage, id, stage)
	if err != nil {
		return err
	}
	if s == nil {
		return notFound("API Stage not found: %s:%s", id, stage)
	}
	if r.stage(id, stage) != nil {
		return conflict("API Stage %s:%s is already associated with Usage Plan %s", id, stage, r.ID)
	}
	if err := checkKeysOfStage(t, r.ID, id, stage); err != nil {
		return err
	}
	r.APIStages = append(r.APIStages, &planStage{APIID: id, Stage: stage})
	return nil
}

// removeStage takes a stage out of the plan (texts recorded).
func (r *usagePlanRecord) removeStage(name string) error {
	id, stage, err := splitStage(name)
	if err != nil {
		return err
	}
	s := r.stage(id, stage)
	if s == nil {
		return r.noStage(id, stage)
	}
	r.APIStages = slices.DeleteFunc(r.APIStages, func(o *planStage) bool { return o == s })
	return nil
}

func splitStage(name string) (id, stage string, err error) {
	parts := strings.Split(name, ":")
	if len(parts) < 2 || parts[0] == "" || parts[1] == "" {
		return "", "", badRequest("Invalid API Stage specified")
	}
	return parts[0], parts[1], nil
}

// stage is a stage of the plan, nil when it is none.
func (r *usagePlanRecord) stage(id, stage string) *planStage {
	for _, s := range r.APIStages {
		if s.APIID == id && s.Stage == stage {
			return s
		}
	}
	return nil
}

func (r *usagePlanRecord) noStage(id, stage string) error {
	return notFound("Invalid API Stage {api: %s, stage: %s} specified for usageplan %s", id, stage, r.ID)
}

// checkKeysOfStage sees to it that no key of a plan is in another plan that opens a
// stage, too.
func checkKeysOfStage(t *tx, planID, id, stage string) error {
	plans, err := list[usagePlanRecord](t, kindUsagePlan)
	if err != nil {
		return err
	}
	var mine map[string]bool
	for _, p := range plans {
		if p.ID == planID || p.stage(id, stage) == nil {
			continue
		}
		if mine == nil {
			mine = map[string]bool{}
			keys, err := list[usagePlanKeyRecord](t, kindUsagePlanKey, planID)
			if err != nil {
				return err
			}
			for _, k := range keys {
				mine[k.KeyID] = true
			}
		}
		if len(mine) == 0 {
			return nil
		}
		keys, err := list[usagePlanKeyRecord](t, kindUsagePlanKey, p.ID)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if mine[k.KeyID] {
				return planOverlap(planID, k.KeyID, id, stage)
			}
		}
	}
	return nil
}

func planOverlap(planID, keyID, id, stage string) error {
	return conflict("Usage Plan %s cannot be added because API Key %s cannot reference multiple Usage Plans with the same API stage: %s:%s",
		planID, keyID, id, stage)
}

func deleteUsagePlan(c *call) (any, error) {
	id := c.path["usageplanId"]
	return nil, c.update(func(t *tx) error {
		r, err := requireUsagePlan(t, id)
		if err != nil {
			return err
		}
		if err := t.served.refuse(t.key(kindUsagePlan, id)); err != nil {
			return err
		}
		if len(r.APIStages) > 0 {
			s := r.APIStages[0]
			return badRequest("Cannot delete Usage Plan %s because there are API Stages associated with it, including %s:%s", id, s.APIID, s.Stage)
		}
		keys, err := list[usagePlanKeyRecord](t, kindUsagePlanKey, id)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if err := forgetPlan(t, k.KeyID, id); err != nil {
				return err
			}
		}
		if err := removeAll(t, kindUsagePlanKey, id); err != nil {
			return err
		}
		return remove(t, kindUsagePlan, id)
	})
}

func getUsagePlan(c *call) (any, error) {
	var out *usagePlanRecord
	err := c.view(func(t *tx) (err error) {
		out, err = requireUsagePlan(t, c.path["usageplanId"])
		return err
	})
	if err != nil {
		return nil, err
	}
	return showUsagePlan(out, true), nil
}

func getUsagePlans(c *call) (any, error) {
	show := func(r *usagePlanRecord) *usagePlanRecord { return showUsagePlan(r, false) }
	var out page[*usagePlanRecord]
	err := c.view(func(t *tx) (err error) {
		keyID := c.query.Get("keyId")
		if keyID == "" {
			out, err = pageOfRecords(c, t, show, kindUsagePlan)
			return err
		}
		key, err := get[apiKeyRecord](t, kindAPIKey, keyID)
		if err != nil {
			return err
		}
		var plans []*usagePlanRecord
		if key != nil {
			for _, id := range key.PlanIDs {
				r, err := requireUsagePlan(t, id)
				if err != nil {
					return err
				}
				plans = append(plans, r)
			}
		}
		out, err = pageOf(c, plans, func(r *usagePlanRecord) string { return r.ID }, show)
		return err
	})
	return out, err
}

func updateUsagePlan(c *call) (any, error) {
	operations, err := c.patchOperations()
	if err != nil {
		return nil, err
	}
	for i := range operations {
		operations[i].Path = methodThrottlePath(operations[i].Path)
	}
	var out *usagePlanRecord
	err = c.update(func(t *tx) (err error) {
		if out, err = requireUsagePlan(t, c.path["usageplanId"]); err != nil {
			return err
		}
		if err := patchError(usagePlanPatch(t).Apply(out, operations)); err != nil {
			return err
		}
		if err := out.check(); err != nil {
			return err
		}
		return put(t, out, kindUsagePlan, out.ID)
	})
	if err != nil {
		return nil, err
	}
	return showUsagePlan(out, true), nil
}

// canonicalThrottles are the limits of methods by "/{path}/{METHOD}", which the
// client may have written without the first slash.
func canonicalThrottles(in map[string]*planThrottle) map[string]*planThrottle {
	if len(in) == 0 {
		return nil
	}
	out := make(map[string]*planThrottle, len(in))
	for method, l := range in {
		if !strings.HasPrefix(method, "/") {
			method = "/" + method
		}
		out[method] = cmp.Or(l, &planThrottle{})
	}
	return out
}

// isMethodPath tells whether s is "/{path}/{METHOD}"; the root's is "//GET", and
// "/GET" is taken, too.
func isMethodPath(s string) bool {
	i := strings.LastIndexByte(s, '/')
	return i >= 0 && strings.HasPrefix(s, "/") && isPlanMethod(s[i+1:]) && len(s) <= store.MaxKey
}

func isPlanMethod(s string) bool {
	switch s {
	case "ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT":
		return true
	}
	return false
}

// decodeThrottles reads the limits of methods from the JSON text of a patch.
func decodeThrottles(text string) (map[string]*planThrottle, error) {
	var in map[string]*planThrottle
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		return nil, badRequest("Invalid method throttle settings specified")
	}
	return canonicalThrottles(in), nil
}
