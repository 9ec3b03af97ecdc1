package control

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sort"
	"strings"

	"sluice/api"
	"sluice/control/store"
	"sluice/throttle"
)

// ServedAPI is an API that is served from a file: it is shown, but changed only
// where it is written.
type ServedAPI struct {
	Region   string // "" is the default region
	File     string
	Snapshot *api.Snapshot
	Stages   []*api.Stage
}

// Served is all that is served from files.
type Served struct {
	APIs  []ServedAPI
	Keys  []ServedKey
	Plans []ServedPlan
	// Account are the account's limits; unset members are the service's defaults.
	Account throttle.Throttle
}

// ServedKey is an API key that a file gives. It is one of the default region.
type ServedKey struct {
	throttle.Key
	File string
}

// ServedPlan is a usage plan that a file gives. It is one of the default region.
type ServedPlan struct {
	throttle.Plan
	File string
}

// served are the records of what is served from files. It never changes.
type served struct {
	records []store.Record    // by key
	files   map[string]string // first three parts of a key -> file
	account throttle.Throttle
}

// SetServed replaces what is served from files.
func (s *Server) SetServed(all Served) error {
	out := &served{files: map[string]string{}, account: all.Account}
	for _, a := range all.APIs {
		if a.Region == "" {
			a.Region = s.options.DefaultRegion
		}
		if err := out.add(a); err != nil {
			return fmt.Errorf("show %s: %w", a.File, err)
		}
	}
	if err := out.addLimits(s.options.DefaultRegion, all.Keys, all.Plans); err != nil {
		return fmt.Errorf("show API keys and usage plans: %w", err)
	}
	sort.Slice(out.records, func(i, j int) bool { return out.records[i].Key < out.records[j].Key })
	s.served.Store(out)
	return nil
}

func (s *served) add(a ServedAPI) error {
	id := a.Snapshot.RestApi.ID
	s.files[store.Key(string(kindAPI), a.Region, id)] = a.File
	for _, k := range apiKinds() {
		s.files[store.Key(string(k), a.Region, id)] = a.File
	}
	restAPI := a.Snapshot.RestApi
	for _, r := range a.Snapshot.Resources {
		if r.Path == "/" {
			restAPI.RootResourceID = r.ID
		}
	}
	w := recordWriter{served: s, region: a.Region}
	w.add(&restAPI, kindAPI, id)
	for _, r := range a.Snapshot.Resources {
		w.add(r, kindResource, id, r.ID)
	}
	for _, m := range a.Snapshot.Models {
		w.add(m, kindModel, id, m.Name)
	}
	for _, v := range a.Snapshot.RequestValidators {
		w.add(v, kindValidator, id, v.ID)
	}
	for _, v := range a.Snapshot.Authorizers {
		w.add(v, kindAuthorizer, id, v.ID)
	}
	for _, g := range a.Snapshot.GatewayResponses {
		w.add(g, kindGatewayResponse, id, string(g.ResponseType))
	}
	for _, p := range a.Snapshot.DocumentationParts {
		w.add(p, kindDocumentationPart, id, p.ID)
	}
	for _, stage := range a.Stages {
		w.add(stage, kindStage, id, stage.StageName)
		if stage.DeploymentID != "" {
			w.add(&deploymentRecord{ID: stage.DeploymentID, CreatedDate: stage.CreatedDate}, kindDeployment, id, stage.DeploymentID)
			w.add(a.Snapshot, kindSnapshot, id, stage.DeploymentID)
		}
	}
	return w.err
}

type recordWriter struct {
	served *served
	region string
	err    error
}

func (w *recordWriter) add(v any, k kind, parts ...string) {
	value, err := json.Marshal(v)
	if err != nil {
		w.err = err
		return
	}
	w.served.records = append(w.served.records, store.Record{Key: store.Key(append([]string{string(k), w.region}, parts...)...), Value: value})
}

// addLimits adds keys and plans as operations would have stored them. Keys of files
// come first in lists, in the order of the files: what is stored never counts so far.
func (s *served) addLimits(region string, keys []ServedKey, plans []ServedPlan) error {
	w := recordWriter{served: s, region: region}
	plansOf := map[string][]string{}
	for _, p := range plans {
		for _, k := range []kind{kindUsagePlan, kindUsagePlanKey} {
			s.files[store.Key(string(k), region, p.ID)] = p.File
		}
		w.add(usagePlanOf(p.Plan), kindUsagePlan, p.ID)
		for i, key := range p.Keys {
			plansOf[key] = append(plansOf[key], p.ID)
			w.add(&usagePlanKeyRecord{p.ID, key, math.MaxInt64 - int64(i)}, kindUsagePlanKey, p.ID, key)
		}
	}
	nowhere := recordWriter{served: s}
	for i, k := range keys {
		s.files[store.Key(string(kindAPIKey), region, k.ID)] = k.File
		r := &apiKeyRecord{
			ID: k.ID, Value: k.Value, Name: k.Name, CustomerID: k.CustomerID, Enabled: k.Enabled, StageKeys: []string{},
			PlanIDs: plansOf[k.ID], Sequence: math.MaxInt64 - int64(i),
		}
		w.add(r, kindAPIKey, r.ID)
		w.add(&apiKeyPlace{r.ID, r.Name, r.CustomerID, r.Sequence}, kindAPIKeyOrder, newestFirst(r.Sequence))
		nowhere.add(&apiKeyOfValue{region, r.ID}, kindAPIKeyValue, r.Value)
	}
	return errors.Join(w.err, nowhere.err)
}

// usagePlanOf is the record of a plan that the data plane knows: what throttled is of
// a record.
func usagePlanOf(p throttle.Plan) *usagePlanRecord {
	out := &usagePlanRecord{ID: p.ID, Name: p.Name, Throttle: limitOf(p.Throttle), APIStages: []*planStage{}}
	for _, s := range p.Stages {
		stage := &planStage{APIID: s.APIID, Stage: s.Stage}
		for method, limit := range s.Throttle {
			if stage.Throttle == nil {
				stage.Throttle = map[string]*planThrottle{}
			}
			stage.Throttle[method] = cmp.Or(limitOf(limit), &planThrottle{})
		}
		out.APIStages = append(out.APIStages, stage)
	}
	if q := p.Quota; q != nil {
		out.Quota = &planQuota{Limit: q.Limit, Offset: q.Offset, Period: string(q.Period)}
	}
	return out
}

func limitOf(t throttle.Throttle) *planThrottle {
	if t.RateLimit == nil && t.BurstLimit == nil {
		return nil
	}
	return &planThrottle{BurstLimit: t.BurstLimit, RateLimit: (*api.Double)(t.RateLimit)}
}

// get is the value of a record, nil without one.
func (s *served) get(key string) []byte {
	i := sort.Search(len(s.records), func(i int) bool { return s.records[i].Key >= key })
	if i < len(s.records) && s.records[i].Key == key {
		return s.records[i].Value
	}
	return nil
}

// merge adds the records that begin with prefix to those of the store, which they
// hide, in order of the keys.
func (s *served) merge(records []store.Record, prefix, after string, limit int) []store.Record {
	from := max(prefix, after)
	i := sort.Search(len(s.records), func(i int) bool { return s.records[i].Key >= from })
	var mine []store.Record
	for ; i < len(s.records) && strings.HasPrefix(s.records[i].Key, prefix); i++ {
		if s.records[i].Key > after {
			mine = append(mine, s.records[i])
		}
	}
	if len(mine) == 0 {
		return records
	}
	out := make([]store.Record, 0, len(records)+len(mine))
	for len(records) > 0 || len(mine) > 0 {
		switch {
		case len(mine) == 0 || len(records) > 0 && records[0].Key < mine[0].Key:
			out, records = append(out, records[0]), records[1:]
		default:
			if len(records) > 0 && records[0].Key == mine[0].Key {
				records = records[1:]
			}
			out, mine = append(out, mine[0]), mine[1:]
		}
	}
	if limit > 0 && len(out) > limit {
		out = out[:limit]
	}
	return out
}

// refuse is the error of a write to what comes from a file.
func (s *served) refuse(key string) error {
	if len(s.files) == 0 {
		return nil
	}
	parts := strings.SplitN(strings.TrimSuffix(key, "/"), "/", 4)
	if len(parts) < 3 {
		return nil
	}
	file, ok := s.files[strings.Join(parts[:3], "/")]
	if !ok {
		return nil
	}
	return badRequest("%s is served from the file %s and is read-only here: change the file.", parts[2], file)
}
