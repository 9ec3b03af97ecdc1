package runtime

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/valyala/fasthttp"

	"sluice/throttle"
	"sluice/throttle/ledger"
)

// maxUsagePage is the largest page of a report (aws-facts: usage plans, 4).
const maxUsagePage = 500

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
func (g *Gateway) serveUsage(ctx *fasthttp.RequestCtx) {
	args := ctx.QueryArgs()
	today := ledger.DayOf(time.Now())
	q := throttle.UsageQuery{
		PlanID: string(args.Peek("usagePlanId")), KeyID: string(args.Peek("keyId")), After: string(args.Peek("position")),
		First: today, Last: today,
	}
	if q.PlanID == "" {
		adminError(ctx, fasthttp.StatusBadRequest, "usagePlanId is missing")
		return
	}
	for _, d := range []struct {
		name string
		to   *ledger.Day
	}{{"startDate", &q.First}, {"endDate", &q.Last}} {
		text := string(args.Peek(d.name))
		if text == "" {
			continue
		}
		day, err := ledger.ParseDay(text)
		if err != nil {
			adminError(ctx, fasthttp.StatusBadRequest, d.name+" is not a day such as 2026-11-24")
			return
		}
		*d.to = day
	}
	if args.Has("limit") {
		n, err := args.GetUint("limit")
		if err != nil || n < 1 || n > maxUsagePage {
			adminError(ctx, fasthttp.StatusBadRequest, "limit is not a number from 1 to 500")
			return
		}
		q.Limit = n
	}
	page, next, err := g.limiter.Usage(ctx, q)
	switch {
	case errors.Is(err, throttle.ErrInvalid):
		adminError(ctx, fasthttp.StatusBadRequest, err.Error())
		return
	case errors.Is(err, throttle.ErrNotFound):
		adminError(ctx, fasthttp.StatusNotFound, err.Error())
		return
	case err != nil:
		g.log.Error("usage cannot be reported", "error", err)
		adminError(ctx, fasthttp.StatusServiceUnavailable, "the usage cannot be read")
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
		adminError(ctx, fasthttp.StatusInternalServerError, err.Error())
		return
	}
	ctx.Response.Header.SetContentType(mimeJSON)
	ctx.SetBody(b)
}
