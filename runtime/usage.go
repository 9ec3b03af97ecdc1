package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"sluice/runtime/edge"
	"sluice/throttle"
	"sluice/throttle/ledger"
)

// maxUsagePage is the largest page of a report (aws-facts: usage plans, 4).
const maxUsagePage = 500

// usageTime is how long the store may take for a page.
const usageTime = 10 * time.Second

// usageReport is the answer of get_usage.
type usageReport struct {
	UsagePlanID string                `json:"usagePlanId"`
	StartDate   string                `json:"startDate"`
	EndDate     string                `json:"endDate"`
	Position    string                `json:"position,omitempty"`
	Values      map[string][][2]int64 `json:"values"` // by key id, for each day: used, remaining
}

// serveUsage reports the usage of a plan as get_usage does:
// usage?usagePlanId=[&keyId=][&startDate=&endDate=][&position=][&limit=]. Without
// dates it is that of today.
func (g *Gateway) serveUsage(r *edge.Request, a *edge.Answer) {
	args, err := url.ParseQuery(string(r.Query))
	if err != nil {
		adminError(a, http.StatusBadRequest, err.Error())
		return
	}
	today := ledger.DayOf(time.Now())
	q := throttle.UsageQuery{
		PlanID: args.Get("usagePlanId"), KeyID: args.Get("keyId"), After: args.Get("position"),
		First: today, Last: today,
	}
	if q.PlanID == "" {
		adminError(a, http.StatusBadRequest, "usagePlanId is missing")
		return
	}
	for _, d := range []struct {
		name string
		to   *ledger.Day
	}{{"startDate", &q.First}, {"endDate", &q.Last}} {
		text := args.Get(d.name)
		if text == "" {
			continue
		}
		day, err := ledger.ParseDay(text)
		if err != nil {
			adminError(a, http.StatusBadRequest, d.name+" is not a day such as 2026-11-24")
			return
		}
		*d.to = day
	}
	if args.Has("limit") {
		n, err := strconv.Atoi(args.Get("limit"))
		if err != nil || n < 1 || n > maxUsagePage {
			adminError(a, http.StatusBadRequest, "limit is not a number from 1 to 500")
			return
		}
		q.Limit = n
	}
	ctx, cancel := context.WithTimeout(context.Background(), usageTime)
	defer cancel()
	page, next, err := g.limiter.Usage(ctx, q)
	switch {
	case errors.Is(err, throttle.ErrInvalid):
		adminError(a, http.StatusBadRequest, err.Error())
		return
	case errors.Is(err, throttle.ErrNotFound):
		adminError(a, http.StatusNotFound, err.Error())
		return
	case err != nil:
		g.log.Error("usage cannot be reported", "error", err)
		adminError(a, http.StatusServiceUnavailable, "the usage cannot be read")
		return
	}
	report := usageReport{
		UsagePlanID: q.PlanID, StartDate: q.First.String(), EndDate: q.Last.String(), Position: next,
		Values: make(map[string][][2]int64, len(page)),
	}
	for _, k := range page {
		days := make([][2]int64, 0, len(k.Days))
		for _, d := range k.Days {
			days = append(days, [2]int64{d.Used, d.Remaining})
		}
		report.Values[k.KeyID] = days
	}
	b, err := json.Marshal(report)
	if err != nil {
		adminError(a, http.StatusInternalServerError, err.Error())
		return
	}
	a.SetContentType(mimeJSON)
	a.SetBody(b)
}
