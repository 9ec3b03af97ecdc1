package project

import (
	"maps"
	"slices"
	"strings"

	"sluice/api"
	"sluice/throttle"
	"sluice/throttle/ledger"
)

// apiStageReference is a stage that a usage plan names.
type apiStageReference struct {
	node *node
	plan int // index of the plan
}

// planKeyReference is a key that a usage plan names.
type planKeyReference struct {
	id   string
	at   api.Place
	plan int
}

func (l *loader) readKey(n *node) {
	k := throttle.Key{
		ID: textOf(n, "id"), Value: textOf(n, "value"), Name: textOf(n, "name"), CustomerID: textOf(n, "customerId"), Enabled: true,
	}
	if v := n.get("enabled"); v != nil {
		k.Enabled = v.value == true
	}
	m := &l.metering
	if first, ok := m.keys[k.ID]; ok {
		l.problem(n.get("id").at, "API key %q is already declared at %s", k.ID, first)
		return
	}
	if m.keys == nil {
		m.keys, m.values = map[string]api.Place{}, map[string]string{}
	}
	m.keys[k.ID] = n.get("id").at
	if err := k.Validate(); err != nil {
		l.problem(n.get("value").at, "API key %q: %s", k.ID, plainly(err))
		return
	}
	if other, ok := m.values[k.Value]; ok {
		l.problem(n.get("value").at, "the API keys %q and %q have the same value", other, k.ID)
		return
	}
	m.values[k.Value] = k.ID
	l.project.Metering.Limits.Keys = append(l.project.Metering.Limits.Keys, k)
}

// plainly is the text of an error of the limiter without its kind.
func plainly(err error) string {
	return strings.TrimPrefix(err.Error(), throttle.ErrInvalid.Error()+": ")
}

func (l *loader) readPlan(n *node) {
	limits, m := &l.project.Metering.Limits, &l.metering
	p := throttle.Plan{ID: textOf(n, "id"), Name: textOf(n, "name")}
	if first, ok := m.plans[p.ID]; ok {
		l.problem(n.get("id").at, "usage plan %q is already declared at %s", p.ID, first)
		return
	}
	if m.plans == nil {
		m.plans = map[string]api.Place{}
	}
	m.plans[p.ID] = n.get("id").at
	if t := n.get("throttle"); t != nil {
		p.Throttle = readThrottle(t)
	}
	if q := n.get("quota"); q != nil {
		quota, ok := l.readQuota(q)
		if !ok {
			return
		}
		p.Quota = &quota
	}
	index := len(limits.Plans)
	for _, s := range itemsOf(n.get("apiStages")) {
		m.apiStages = append(m.apiStages, apiStageReference{node: s, plan: index})
	}
	for _, k := range itemsOf(n.get("keys")) {
		m.planKeys = append(m.planKeys, planKeyReference{id: k.text, at: k.at, plan: index})
	}
	limits.Plans = append(limits.Plans, p)
}

func (l *loader) readQuota(n *node) (q throttle.Quota, ok bool) {
	q = throttle.Quota{Limit: int64(n.get("limit").number()), Period: ledger.Period(textOf(n, "period"))}
	if v := n.get("offset"); v != nil {
		q.Offset = int64(v.number())
		if q.Offset > q.Limit {
			l.problem(v.at, "the offset %d is larger than the limit %d of the quota", q.Offset, q.Limit)
			return q, false
		}
	}
	return q, true
}

// finishPlans joins the plans with their stages and keys, which other files may
// have, and checks that those are there.
func (l *loader) finishPlans() {
	plans := l.project.Metering.Limits.Plans
	l.project.Metering.KeyPlaces, l.project.Metering.PlanPlaces = l.metering.keys, l.metering.plans
	stages := map[string]map[string]*Deployment{}
	for _, d := range l.project.Deployments {
		if stages[d.APIID] == nil {
			stages[d.APIID] = map[string]*Deployment{}
		}
		stages[d.APIID][d.Stage.StageName] = d
	}
	for _, ref := range l.metering.apiStages {
		s, ok := l.readAPIStage(ref.node, stages)
		if !ok {
			continue
		}
		p := &plans[ref.plan]
		if slices.ContainsFunc(p.Stages, func(o throttle.PlanStage) bool { return o.APIID == s.APIID && o.Stage == s.Stage }) {
			l.problem(ref.node.at, "usage plan %q has stage %q of API %q twice", p.ID, s.Stage, s.APIID)
			continue
		}
		p.Stages = append(p.Stages, s)
	}
	for _, ref := range l.metering.planKeys {
		if l.mayJoin(ref, plans) {
			plans[ref.plan].Keys = append(plans[ref.plan].Keys, ref.id)
		}
	}
}

// mayJoin checks a key of a plan. A key has one plan for a stage at most.
func (l *loader) mayJoin(ref planKeyReference, plans []throttle.Plan) bool {
	p := &plans[ref.plan]
	if _, ok := l.metering.keys[ref.id]; !ok {
		text := ""
		if near := Suggest(ref.id, slices.Sorted(maps.Keys(l.metering.keys))); near != "" {
			text = "; did you mean \"" + near + "\"?"
		}
		l.problem(ref.at, "there is no API key %q%s", ref.id, text)
		return false
	}
	if l.metering.plansOf == nil {
		l.metering.plansOf = map[string][]int{}
	}
	of := l.metering.plansOf[ref.id]
	for _, other := range of {
		if other == ref.plan {
			l.problem(ref.at, "usage plan %q has the API key %q twice", p.ID, ref.id)
			return false
		}
		for _, s := range p.Stages {
			if slices.ContainsFunc(plans[other].Stages, func(o throttle.PlanStage) bool { return o.APIID == s.APIID && o.Stage == s.Stage }) {
				l.problem(ref.at, "the API key %q is in the usage plan %q too, which also has stage %q of API %q: a key has one plan for a stage",
					ref.id, plans[other].ID, s.Stage, s.APIID)
				return false
			}
		}
	}
	l.metering.plansOf[ref.id] = append(of, ref.plan)
	return true
}

// readAPIStage reads one stage of a plan. What could not be loaded may be what it
// means, and is a problem already.
func (l *loader) readAPIStage(n *node, stages map[string]map[string]*Deployment) (s throttle.PlanStage, ok bool) {
	id, name := n.get("apiId"), n.get("stage")
	ofAPI := stages[id.text]
	if ofAPI == nil {
		if !l.skipped {
			l.problem(id.at, "there is no API %q%s", id.text, instead(id.text, slices.Sorted(maps.Keys(stages))))
		}
		return s, false
	}
	d := ofAPI[name.text]
	if d == nil {
		if !l.skipped {
			l.problem(name.at, "API %q has no stage %q%s", id.text, name.text, instead(name.text, slices.Sorted(maps.Keys(ofAPI))))
		}
		return s, false
	}
	s = throttle.PlanStage{APIID: id.text, Stage: name.text}
	for _, m := range itemsByKey(n.get("throttle")) {
		key, ok := methodSettingKey(m.key)
		if !ok || key == "*/*" {
			l.problem(m.at, "a usage plan throttles single methods, such as /pets/{id}/GET, not %q", m.key)
			continue
		}
		if !l.hasMethod(key, m.at, d.Snapshot) && !l.skipped {
			continue
		}
		path := strings.ReplaceAll(key, "~1", "/")
		if _, ok := s.Throttle[path]; ok {
			l.problem(m.at, "the throttle of %q is given twice", m.key)
			continue
		}
		if s.Throttle == nil {
			s.Throttle = map[string]throttle.Throttle{}
		}
		s.Throttle[path] = readThrottle(m.value)
	}
	return s, true
}

// instead says what could have been meant.
func instead(text string, known []string) string {
	if near := Suggest(text, known); near != "" {
		return "; did you mean \"" + near + "\"?"
	}
	if len(known) == 0 {
		return ""
	}
	return "; there are " + strings.Join(known, ", ")
}
