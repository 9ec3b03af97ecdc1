package control

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"sluice/api"
	"sluice/control/store"
)

// ServedAPI is an API that is served from a file: it is shown, but changed only
// where it is written.
type ServedAPI struct {
	Region   string // "" is the default region
	File     string
	Snapshot *api.Snapshot
	Stages   []*api.Stage
}

// served are the records of what is served from files. It never changes.
type served struct {
	records []store.Record    // by key
	files   map[string]string // first three parts of a key -> file
}

// SetServed replaces what is served from files.
func (s *Server) SetServed(list []ServedAPI) error {
	out := &served{files: map[string]string{}}
	for _, a := range list {
		if a.Region == "" {
			a.Region = s.options.DefaultRegion
		}
		if err := out.add(a); err != nil {
			return fmt.Errorf("show %s: %w", a.File, err)
		}
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
