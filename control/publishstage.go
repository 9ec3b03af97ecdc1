package control

import (
	"context"
	"fmt"
	"time"

	"sluice/api"
	"sluice/control/store"
	"sluice/runtime"
)

// publishStages serves stages as they are stored. Those that are gone are withdrawn;
// what does not compile leaves what was served before.
func (p *Publisher) publishStages(ctx context.Context, stages map[stageKey]bool, cold bool) {
	list := make([]runtime.Publication, 0, len(stages))
	for key, deleted := range stages {
		out := runtime.Publication{APIID: key.api, Stage: key.name}
		switch {
		case deleted:
			delete(p.stages, key)
		case cold:
			p.stages[key] = ""
			if r, err := read[api.Stage](ctx, p, key.region, kindStage, key.api, key.name); err == nil && r != nil {
				p.stages[key] = r.ClientCertificateID
			}
			out.Cold = func() (*runtime.Stage, api.Problems) { return p.compileStored(key) }
		default:
			d, err := p.deployment(ctx, key)
			if err != nil {
				p.log.Error("a stage stays as it was", "api", key.api, "stage", key.name, "error", err)
				continue
			}
			if d == nil {
				delete(p.stages, key)
				break
			}
			p.stages[key] = d.Stage.ClientCertificateID
			s, problems := p.compile(d)
			if s == nil {
				p.log.Error("a stage stays as it was", "api", key.api, "stage", key.name, "problems", problems.Error())
				continue
			}
			out.Compiled = s
		}
		list = append(list, out)
	}
	if len(list) > 0 {
		p.traffic.Publish(list...)
	}
}

// readTime bounds how long the first request of a stage waits for the store.
const readTime = 10 * time.Second

// compileStored compiles a stage as it is stored now.
func (p *Publisher) compileStored(key stageKey) (*runtime.Stage, api.Problems) {
	ctx, cancel := context.WithTimeout(context.Background(), readTime)
	defer cancel()
	d, err := p.deployment(ctx, key)
	if err == nil && d == nil {
		err = fmt.Errorf("the stage %s of %s is gone", key.name, key.api)
	}
	if err != nil {
		return nil, api.Problems{{Subject: "stage " + key.name, Message: err.Error()}}
	}
	return p.compile(d)
}

// maxWarnings bounds the warnings that are logged of one stage.
const maxWarnings = 20

// compile compiles a stage, and logs what its requests will meet.
func (p *Publisher) compile(d *runtime.Deployment) (*runtime.Stage, api.Problems) {
	s, problems := p.traffic.Compile(*d)
	if s == nil {
		return nil, problems
	}
	for i, problem := range problems {
		if i == maxWarnings {
			p.log.Warn("a stage has more problems", "api", s.APIID(), "stage", s.Name(), "problems", len(problems)-i)
			break
		}
		p.log.Warn("a stage has a problem", "api", s.APIID(), "stage", s.Name(), "problem", problem.String())
	}
	return s, problems
}

// deployment is what a stage is compiled of; nil when the stage is gone.
func (p *Publisher) deployment(ctx context.Context, key stageKey) (*runtime.Deployment, error) {
	var d *runtime.Deployment
	err := p.store.View(ctx, func(t store.Tx) error {
		var err error
		d, err = readDeployment(&tx{Tx: t, region: key.region, served: &served{}}, key.api, key.name)
		return err
	})
	return d, err
}

// readDeployment reads what a stage is compiled of; nil when there is no such stage.
func readDeployment(t *tx, apiID, name string) (*runtime.Deployment, error) {
	stage, err := get[api.Stage](t, kindStage, apiID, name)
	if err != nil || stage == nil {
		return nil, err
	}
	return deploymentOf(t, apiID, stage)
}

// deploymentOf is what a stage, stored or not, is compiled of.
func deploymentOf(t *tx, apiID string, stage *api.Stage) (*runtime.Deployment, error) {
	d := &runtime.Deployment{Stage: stage, Region: t.region, Deferred: true}
	var err error
	if d.Snapshot, err = get[api.Snapshot](t, kindSnapshot, apiID, stage.DeploymentID); err != nil {
		return nil, err
	}
	if d.Snapshot == nil {
		return nil, fmt.Errorf("the deployment %s of %s is gone", stage.DeploymentID, apiID)
	}
	if c := stage.CanarySettings; c != nil && c.DeploymentID != "" {
		if d.Canary, err = get[api.Snapshot](t, kindSnapshot, apiID, c.DeploymentID); err != nil {
			return nil, err
		}
	}
	if d.LinkNames, err = linkNames(t); err != nil {
		return nil, err
	}
	if id := stage.ClientCertificateID; id != "" {
		r, err := get[clientCertificateRecord](t, kindClientCertificate, id)
		if err != nil {
			return nil, err
		}
		if r != nil {
			d.ClientCertificate = r.material()
		}
	}
	return d, nil
}

// linkNames are the names and targets of the VPC links by their ids: what people know
// them by when they say where links lead.
func linkNames(t *tx) (map[string][]string, error) {
	links, err := list[vpcLinkRecord](t, kindVPCLink)
	names := make(map[string][]string, len(links))
	for _, l := range links {
		names[l.ID] = append([]string{l.Name}, l.TargetArns...)
	}
	return names, err
}
