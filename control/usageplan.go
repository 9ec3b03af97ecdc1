package control

import (
	"sluice/api"
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

func usagePlanOperations() operations { return operations{} }
