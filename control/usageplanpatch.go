package control

import (
	"strconv"
	"strings"

	"sluice/api"
	"sluice/control/patch"
)

// usagePlanPatch is what UpdateUsagePlan supports. The order is that of the text
// that the service answers a wrong remove with.
func usagePlanPatch(t *tx) *patch.Table[*usagePlanRecord] {
	type rule = patch.Rule[*usagePlanRecord]
	replace := []string{patch.Replace}
	set := []string{patch.Add, patch.Replace}
	drop := []string{patch.Remove}
	every := []string{patch.Add, patch.Replace, patch.Remove}
	return patch.NewTable(patch.Listing,
		rule{Path: "/name", Ops: replace, Apply: func(r *usagePlanRecord, o patch.Operation, _ []string) error {
			r.Name = o.Text()
			return nil
		}},
		rule{Path: "/description", Ops: replace, Apply: func(r *usagePlanRecord, o patch.Operation, _ []string) error {
			r.Description = o.Text()
			return nil
		}},
		rule{Path: "/apiStages", Ops: []string{patch.Add, patch.Remove}, Apply: func(r *usagePlanRecord, o patch.Operation, _ []string) error {
			if o.Op == patch.Remove {
				return r.removeStage(o.Text())
			}
			return r.addStage(t, o.Text())
		}},
		rule{Path: "/quota", Ops: drop, Apply: func(r *usagePlanRecord, _ patch.Operation, _ []string) error {
			r.Quota = nil
			return nil
		}},
		rule{Path: "/quota/limit", Ops: set, Apply: patchQuota},
		rule{Path: "/quota/offset", Ops: set, Apply: patchQuota},
		rule{Path: "/quota/period", Ops: set, Apply: patchQuota},
		rule{Path: "/throttle", Ops: drop, Apply: func(r *usagePlanRecord, _ patch.Operation, _ []string) error {
			r.Throttle = nil
			return nil
		}},
		rule{Path: "/throttle/rateLimit", Ops: set, Apply: patchThrottle},
		rule{Path: "/throttle/burstLimit", Ops: set, Apply: patchThrottle},
		rule{Path: "/productCode", Ops: every, Apply: func(r *usagePlanRecord, o patch.Operation, _ []string) error {
			if r.ProductCode = o.Text(); o.Op == patch.Remove {
				r.ProductCode = ""
			}
			return nil
		}},
		rule{Path: planStagePath + "/<resourcePath>/<httpMethod>", Ops: drop, Apply: patchMethodThrottle},
		rule{Path: planStagePath + "/<resourcePath>/<httpMethod>/rateLimit", Ops: set, Apply: patchMethodThrottle},
		rule{Path: planStagePath + "/<resourcePath>/<httpMethod>/burstLimit", Ops: set, Apply: patchMethodThrottle},
		rule{Path: planStagePath, Ops: every, Apply: patchMethodThrottles},
	)
}

// planStagePath is how the service writes the path of the limits of a plan's stage,
// misspelling included.
const planStagePath = "/apiStages/<apidId:stageName>/throttle"

func patchQuota(r *usagePlanRecord, o patch.Operation, _ []string) error {
	if r.Quota == nil {
		r.Quota = &planQuota{}
	}
	if o.Path == "/quota/period" {
		r.Quota.Period = o.Text()
		return nil
	}
	n, err := wholeNumber(o)
	if err != nil {
		return err
	}
	if o.Path == "/quota/limit" {
		r.Quota.Limit = n
	} else {
		r.Quota.Offset = n
	}
	return nil
}

func patchThrottle(r *usagePlanRecord, o patch.Operation, _ []string) error {
	if r.Throttle == nil {
		r.Throttle = &planThrottle{}
	}
	return r.Throttle.patch(o)
}

// patch sets the member that the path ends in.
func (l *planThrottle) patch(o patch.Operation) error {
	if strings.HasSuffix(o.Path, "/burstLimit") {
		n, err := wholeNumber(o)
		if err != nil {
			return err
		}
		l.BurstLimit = &n
		return nil
	}
	f, err := strconv.ParseFloat(o.Text(), 64)
	if err != nil {
		return badPatchValue(o)
	}
	rate := api.Double(f)
	l.RateLimit = &rate
	return nil
}

// wholeNumber is the value as the wire's integer.
func wholeNumber(o patch.Operation) (int64, error) {
	n, err := strconv.ParseInt(o.Text(), 10, 32)
	if err != nil {
		return 0, badPatchValue(o)
	}
	return n, nil
}

func badPatchValue(o patch.Operation) error {
	return badRequest("Invalid value '%s' specified for path '%s'", o.Text(), o.Path)
}

// stageOfPatch is the stage of the plan that a path names.
func (r *usagePlanRecord) stageOfPatch(name string) (*planStage, error) {
	id, stage, err := splitStage(name)
	if err != nil {
		return nil, err
	}
	s := r.stage(id, stage)
	if s == nil {
		return nil, r.noStage(id, stage)
	}
	return s, nil
}

func patchMethodThrottles(r *usagePlanRecord, o patch.Operation, names []string) error {
	s, err := r.stageOfPatch(names[0])
	if err != nil {
		return err
	}
	if o.Op == patch.Remove {
		s.Throttle = nil
		return nil
	}
	s.Throttle, err = decodeThrottles(o.Text())
	return err
}

func patchMethodThrottle(r *usagePlanRecord, o patch.Operation, names []string) error {
	s, err := r.stageOfPatch(names[0])
	if err != nil {
		return err
	}
	method := names[1] + "/" + names[2]
	if o.Op == patch.Remove {
		if s.Throttle[method] == nil {
			return notFound("Invalid method throttle path specified: %s", method)
		}
		delete(s.Throttle, method)
		return nil
	}
	if s.Throttle == nil {
		s.Throttle = map[string]*planThrottle{}
	}
	if s.Throttle[method] == nil {
		s.Throttle[method] = &planThrottle{}
	}
	return s.Throttle[method].patch(o)
}

// methodThrottlePath brings the path of a method's limit to the form of the table,
// where the resource is one segment: clients write it escaped (~1pets~1{id}/GET),
// without its slash (pets/GET), and as it is (/pets/{id}/GET).
func methodThrottlePath(path string) string {
	rest, ok := strings.CutPrefix(path, "/apiStages/")
	if !ok {
		return path
	}
	stage, rest, ok := strings.Cut(rest, "/throttle/")
	if !ok || strings.Contains(stage, "/") {
		return path
	}
	member := ""
	for _, m := range []string{"/rateLimit", "/burstLimit"} {
		if cut, ok := strings.CutSuffix(rest, m); ok {
			rest, member = cut, m
			break
		}
	}
	i := strings.LastIndexByte(rest, '/')
	if i < 0 {
		return path
	}
	resource, method := patch.Unescape(rest[:i]), rest[i+1:]
	if !isPlanMethod(method) {
		return path
	}
	if !strings.HasPrefix(resource, "/") {
		resource = "/" + resource
	}
	return "/apiStages/" + stage + "/throttle/" + patch.Escape(resource) + "/" + method + member
}
