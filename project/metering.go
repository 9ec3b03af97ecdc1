package project

import (
	"path/filepath"

	"sluice/api"
	"sluice/throttle"
)

// Metering is who may call how often, as project files say it, and where that is
// counted.
type Metering struct {
	// Limits have NoAccountLimit unless there is a project file: bare definitions
	// are served without an account.
	Limits throttle.Config
	Redis  Redis
	Cache  Cache
	// KeyPlaces and PlanPlaces are where the keys and plans are given, by their ids.
	KeyPlaces, PlanPlaces map[string]api.Place `json:"-"`
	// Dir is the directory of the first project file; "" without one.
	Dir string
}

// meteringReader collects the metering of all project files, with the places of
// what can only be checked once everything is loaded.
type meteringReader struct {
	account, redis, cache api.Place // where they are given
	keys                  map[string]api.Place
	values                map[string]string // key id by value
	plans                 map[string]api.Place
	apiStages             []apiStageReference
	planKeys              []planKeyReference
	plansOf               map[string][]int // indexes by key id
}

// readMetering reads those parts of a project file, which fits the schema.
func (l *loader) readMetering(root *node, file string) {
	l.project.Metering.Limits.NoAccountLimit = false
	if n := root.get("account"); n != nil && l.once(n, "account", &l.metering.account) {
		l.readAccount(n)
	}
	for _, n := range itemsOf(root.get("apiKeys")) {
		l.readKey(n)
	}
	if m := &l.project.Metering; m.Dir == "" {
		m.Dir = filepath.Dir(file)
	}
	for _, n := range itemsOf(root.get("usagePlans")) {
		l.readPlan(n)
	}
	if n := root.get("redis"); n != nil && l.once(n, "redis", &l.metering.redis) {
		l.readRedis(n)
	}
	if n := root.get("cache"); n != nil && l.once(n, "cache", &l.metering.cache) {
		l.readCache(n, file)
	}
}

// once sees to it that only one of several project files has a part.
func (l *loader) once(n *node, what string, first *api.Place) bool {
	if first.File != "" {
		l.problem(n.at, "%s is already given at %s", what, *first)
		return false
	}
	*first = n.at
	return true
}

func (l *loader) readAccount(n *node) {
	limits := &l.project.Metering.Limits
	switch t := n.get("throttle"); {
	case t == nil:
	case t.isMap:
		limits.Account = readThrottle(t)
	default: // "unlimited", says the schema
		limits.NoAccountLimit = true
	}
}

func readThrottle(n *node) (t throttle.Throttle) {
	if v := n.get("rateLimit"); v != nil {
		rate := v.number()
		t.RateLimit = &rate
	}
	if v := n.get("burstLimit"); v != nil {
		burst := int64(v.number())
		t.BurstLimit = &burst
	}
	return t
}

// textOf is the text of a member, "" without it.
func textOf(n *node, key string) string {
	if v := n.get(key); v != nil {
		return v.text
	}
	return ""
}
