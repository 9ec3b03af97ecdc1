package control

import (
	"errors"
	"slices"
	"strings"
	"time"

	"sluice/control/patch"
	"sluice/throttle"
	"sluice/throttle/ledger"
)

// usage is the usage of a plan's keys (service model: Usage): for each day a pair of
// what was used and what remained.
type usage struct {
	UsagePlanID string                `json:"usagePlanId"`
	StartDate   string                `json:"startDate"`
	EndDate     string                `json:"endDate"`
	Position    string                `json:"position,omitempty"`
	Values      map[string][][2]int64 `json:"values"` // by id of the key
}

func usageOperations() operations {
	return operations{"GetUsage": getUsage, "UpdateUsage": updateUsage}
}

// maxUsageDays is how many days a report covers beyond the first.
const maxUsageDays = 90

func getUsage(c *call) (any, error) {
	q := throttle.UsageQuery{PlanID: c.path["usageplanId"], KeyID: c.query.Get("keyId"), Limit: c.limit()}
	var plan *usagePlanRecord
	var members []*usagePlanKeyRecord
	err := c.view(func(t *tx) (err error) {
		if plan, err = requireUsagePlan(t, q.PlanID); err != nil {
			return err
		}
		if q.KeyID != "" {
			_, err = requireUsagePlanKey(t, q.PlanID, q.KeyID)
			members = []*usagePlanKeyRecord{{KeyID: q.KeyID}}
			return err
		}
		members, err = list[usagePlanKeyRecord](t, kindUsagePlanKey, q.PlanID)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &usage{UsagePlanID: q.PlanID, StartDate: c.query.Get("startDate"), EndDate: c.query.Get("endDate"), Values: map[string][][2]int64{}}
	if q.First, err = usageDay("startDate", out.StartDate); err != nil {
		return nil, err
	}
	if q.Last, err = usageDay("endDate", out.EndDate); err != nil {
		return nil, err
	}
	switch {
	case q.Last < q.First:
		return nil, badRequest("Invalid date range specified: endDate must not be before startDate")
	case q.Last-q.First > maxUsageDays:
		return nil, badRequest("Invalid date range specified: a report covers at most %d days", maxUsageDays)
	}
	if q.After, err = c.position(); err != nil {
		return nil, err
	}
	page, next, err := c.usage(q, plan, members)
	if err != nil {
		return nil, err
	}
	for _, k := range page {
		pairs := make([][2]int64, len(k.Days))
		for i, d := range k.Days {
			pairs[i] = [2]int64{d.Used, d.Remaining}
		}
		out.Values[k.KeyID] = pairs
	}
	out.Position = positionAfter(next)
	return out, nil
}

// usage asks the meter. Without one, or when it does not know the plan or the key
// yet, nothing was used.
func (c *call) usage(q throttle.UsageQuery, plan *usagePlanRecord, members []*usagePlanKeyRecord) ([]throttle.KeyUsage, string, error) {
	if c.options.Meter != nil {
		page, next, err := c.options.Meter.Usage(c.ctx, q)
		if !errors.Is(err, throttle.ErrNotFound) {
			return page, next, meterError(err)
		}
	}
	unused := throttle.DayUsage{Remaining: throttle.Unlimited}
	if plan.Quota != nil {
		unused.Remaining = plan.Quota.Limit
	}
	var page []throttle.KeyUsage
	for _, m := range members { // by id
		if m.KeyID <= q.After {
			continue
		}
		if len(page) == q.Limit {
			return page, page[len(page)-1].KeyID, nil
		}
		page = append(page, throttle.KeyUsage{KeyID: m.KeyID, Days: slices.Repeat([]throttle.DayUsage{unused}, int(q.Last-q.First)+1)})
	}
	return page, "", nil
}

// meterError is the wire's form of an error of the meter.
func meterError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, throttle.ErrNotFound):
		return invalidAPIKey()
	case errors.Is(err, throttle.ErrUnavailable):
		return serviceUnavailable("The usage is not known at the moment.")
	}
	return err
}

func usageDay(name, text string) (ledger.Day, error) {
	day, err := ledger.ParseDay(text)
	if err != nil {
		return 0, badRequest("Invalid %s specified: dates are written yyyy-MM-dd", name)
	}
	return day, nil
}

// usagePatchError is an error of the patch in the words of this resource, which lists
// the paths of an op that has none, too (a user's report: boto3 issue 2504).
func usagePatchError(err error) error {
	var refused *Error
	if !errors.As(err, &refused) {
		return err
	}
	if head, ok := strings.CutSuffix(refused.Message, "Please choose supported operations"); ok {
		return badRequest("%s", head+"Must be one of: []")
	}
	return err
}

func updateUsage(c *call) (any, error) {
	planID, keyID := c.path["usageplanId"], c.path["keyId"]
	var plan *usagePlanRecord
	err := c.view(func(t *tx) (err error) {
		if _, err = requireUsagePlanKey(t, planID, keyID); err != nil {
			return err
		}
		plan, err = requireUsagePlan(t, planID)
		return err
	})
	if err != nil {
		return nil, err
	}
	var remaining *int64
	table := patch.NewTable(patch.Listing, patch.Rule[**int64]{
		Path: "/remaining", Ops: []string{patch.Replace}, Apply: func(target **int64, o patch.Operation, _ []string) error {
			n, err := wholeNumber(o)
			if err == nil && n < 0 {
				err = badPatchValue(o)
			}
			*target = &n
			return err
		},
	})
	if err := applyPatch(c, table, &remaining); err != nil {
		return nil, usagePatchError(err)
	}
	if plan.Quota == nil {
		return nil, badRequest("Usage Plan %s has no quota", planID)
	}
	today := c.options.Now().UTC().Format(time.DateOnly)
	out := &usage{UsagePlanID: planID, StartDate: today, EndDate: today, Values: map[string][][2]int64{}}
	if remaining == nil { // no operations: today's usage as it is
		day := ledger.DayOf(c.options.Now())
		page, _, err := c.usage(throttle.UsageQuery{PlanID: planID, KeyID: keyID, First: day, Last: day, Limit: 1}, plan, []*usagePlanKeyRecord{{KeyID: keyID}})
		if err != nil {
			return nil, err
		}
		for _, k := range page {
			out.Values[k.KeyID] = [][2]int64{{k.Days[0].Used, k.Days[0].Remaining}}
		}
		return out, nil
	}
	if c.options.Meter == nil {
		return nil, serviceUnavailable("The usage is not counted here.")
	}
	u, err := c.options.Meter.UpdateUsage(c.ctx, planID, keyID, *remaining)
	if err != nil {
		return nil, meterError(err)
	}
	out.Values[keyID] = [][2]int64{{u.Used, u.Remaining}}
	return out, nil
}
