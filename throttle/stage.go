package throttle

import (
	"strings"
	"sync/atomic"
	"unsafe"
	"weak"

	"sluice/api"
	"sluice/prefetch"
)

// Stage is a stage's part in metering: its methods and their limits. It stays the
// same over deployments.
type Stage struct {
	limiter     *Limiter
	apiID, name string

	// Guarded by Limiter.mu.
	settings map[string]Throttle // by path without its first slash, slash, method; or "*/*"
	// Handles live as long as a compiled stage holds them.
	methods map[string]weak.Pointer[Method]
}

// Method is the handle of one method of a stage, resolved when the stage is
// compiled. The deployments of a stage share it, its canary too.
type Method struct {
	limit    atomic.Pointer[limit] // nil: none
	stage    *Stage
	name     string // "/{path}/{METHOD}", as plans write it
	fleetKey string // of its bucket
	// All requests of the method write to the bucket, and only read what is above.
	// Two lines a method and no more: there can be hundreds of thousands.
	_      [cacheLine - 48]byte
	shared shared
	_      [cacheLine - 16]byte
}

// cacheLine keeps what requests write apart from what they only read.
const cacheLine = 64

// Expect has what a check will read of the method fetched from memory meanwhile.
func (m *Method) Expect() {
	prefetch.Lines(unsafe.Pointer(m), int(unsafe.Sizeof(*m))/prefetch.LineSize)
}

// Stage is the handle of a stage; the first call makes it.
func (l *Limiter) Stage(apiID, name string) *Stage {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stage(apiID, name)
}

func (l *Limiter) stage(apiID, name string) *Stage {
	id := stageID{apiID, name}
	s := l.stages[id]
	if s == nil {
		s = &Stage{limiter: l, apiID: apiID, name: name, methods: map[string]weak.Pointer[Method]{}}
		l.stages[id] = s
	}
	return s
}

type stageID struct{ apiID, name string }

// Forget drops a stage that is no longer served. Handles of its methods stay usable.
func (l *Limiter) Forget(apiID, name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	id := stageID{apiID, name}
	s := l.stages[id]
	if s == nil {
		return
	}
	s.settings = nil
	s.refresh()
	for _, p := range l.plans {
		if p.state.Load().stages[s] != nil {
			return // the plan means this stage if it comes back
		}
	}
	delete(l.stages, id)
}

// Configure sets the limits of the stage's methods from its method settings,
// live. Buckets whose limits did not change keep their tokens.
func (s *Stage) Configure(settings map[string]*api.MethodSetting) {
	s.limiter.mu.Lock()
	defer s.limiter.mu.Unlock()
	s.settings = make(map[string]Throttle, len(settings))
	for key, set := range settings {
		if set == nil {
			continue
		}
		var t Throttle
		if set.ThrottlingRateLimit >= 0 {
			rate := float64(set.ThrottlingRateLimit)
			t.RateLimit = &rate
		}
		if set.ThrottlingBurstLimit >= 0 {
			burst := int64(set.ThrottlingBurstLimit)
			t.BurstLimit = &burst
		}
		s.settings[settingKey(key)] = t
	}
	s.refresh()
}

// refresh gives every method its limit anew and forgets those that nobody holds.
func (s *Stage) refresh() {
	for name, w := range s.methods {
		if m := w.Value(); m != nil {
			m.setLimit(newLimit(s.setting(name), s.limiter.account))
		} else {
			delete(s.methods, name)
		}
	}
}

// setting is the setting of a method: its own, else that of all.
func (s *Stage) setting(name string) Throttle {
	if t, ok := s.settings[strings.TrimPrefix(name, "/")]; ok {
		return t
	}
	return s.settings["*/*"]
}

// settingKey brings the ways in which a method setting is keyed to one: the path
// has ~1 for its slashes, or plain ones, and with or without the first.
func settingKey(key string) string {
	key = strings.ReplaceAll(strings.ReplaceAll(key, "~1", "/"), "~0", "~")
	return strings.TrimPrefix(key, "/")
}

// Method is the handle of a method by its resource path ("/pets/{id}") and its
// HTTP method, which may be ANY. The same method has the same handle as long as
// one is in use.
func (s *Stage) Method(path, httpMethod string) *Method {
	name := path + "/" + httpMethod
	s.limiter.mu.Lock()
	defer s.limiter.mu.Unlock()
	if m := s.methods[name].Value(); m != nil {
		return m
	}
	m := &Method{stage: s, name: name}
	if f := s.limiter.fleet; f != nil {
		m.fleetKey = f.Key("m", s.apiID, s.name, name)
	}
	m.setLimit(newLimit(s.setting(name), s.limiter.account))
	s.methods[name] = weak.Make(m)
	return m
}

// setLimit changes the limit unless it is the same.
func (m *Method) setLimit(l *limit) {
	old := m.limit.Load()
	if old.equal(l) {
		return
	}
	m.shared.bucket.adapt(old, l, m.stage.limiter.now())
	m.limit.Store(l)
}
