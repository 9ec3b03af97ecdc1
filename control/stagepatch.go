package control

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"sluice/api"
	"sluice/control/patch"
)

func updateStage(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	operations, err := c.patchOperations()
	if err != nil {
		return nil, err
	}
	var out *api.Stage
	err = c.update(func(t *tx) (err error) {
		if out, err = stageOf(t, apiID, c.path["stage_name"]); err != nil {
			return err
		}
		if err := patchStage(out, operations); err != nil {
			return patchError(err)
		}
		return c.storeStage(t, apiID, out)
	})
	return out, err
}

// patchStage applies operations to a stage. What its table does not know is taken for
// the path of a method's setting, as the service does (recorded).
func patchStage(s *api.Stage, operations []patch.Operation) error {
	table := stagePatch()
	for _, o := range operations {
		err := table.Apply(s, []patch.Operation{o})
		var invalid *patch.Invalid
		if errors.As(err, &invalid) && strings.HasPrefix(invalid.Message, "Invalid patch path") {
			err = patchSetting(s, o)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func stagePatch() *patch.Table[*api.Stage] {
	type rule = patch.Rule[*api.Stage]
	type operation = patch.Operation
	change := []string{patch.Add, patch.Replace, patch.Remove}
	replace := []string{patch.Replace}
	return patch.NewTable(patch.Terse,
		rule{Path: "/deploymentId", Ops: []string{patch.Replace, patch.Copy}, Apply: patchStageDeployment},
		replaceText("/description", func(s *api.Stage) *string { return &s.Description }),
		replaceText("/clientCertificateId", func(s *api.Stage) *string { return &s.ClientCertificateID }),
		replaceText("/documentationVersion", func(s *api.Stage) *string { return &s.DocumentationVer }),
		rule{Path: "/cacheClusterEnabled", Ops: replace, Apply: func(s *api.Stage, o operation, _ []string) error {
			s.CacheClusterEnabled = o.Bool()
			return nil
		}},
		rule{Path: "/cacheClusterSize", Ops: replace, Apply: func(s *api.Stage, o operation, _ []string) error {
			sizes := []string{"0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"}
			if s.CacheClusterSize = o.Text(); !slices.Contains(sizes, s.CacheClusterSize) {
				return badOption("CacheClusterSize", sizes)
			}
			return nil
		}},
		rule{Path: "/tracingEnabled", Ops: replace, Apply: func(s *api.Stage, o operation, _ []string) error {
			s.TracingEnabled = o.Bool()
			return nil
		}},
		rule{Path: "/variables", Ops: []string{patch.Replace, patch.Remove, patch.Copy}, Apply: patchStageVariables},
		rule{Path: "/variables/{name}", Ops: change, Apply: func(s *api.Stage, o operation, names []string) error {
			setVariable(&s.Variables, o, names[0])
			return nil
		}},
		rule{Path: "/methodSettings", Ops: replace, Apply: patchMethodSettings},
		rule{Path: "/accessLogSettings", Ops: []string{patch.Remove}, Apply: func(s *api.Stage, _ operation, _ []string) error {
			s.AccessLogSettings = nil
			return nil
		}},
		rule{Path: "/accessLogSettings/destinationArn", Ops: change, Apply: func(s *api.Stage, o operation, _ []string) error {
			// The service keeps the ARN of a log group without what stands for its streams.
			patchAccessLog(s, o, func(a *api.AccessLogSettings, v string) { a.DestinationArn = strings.TrimSuffix(v, ":*") })
			return nil
		}},
		rule{Path: "/accessLogSettings/format", Ops: change, Apply: func(s *api.Stage, o operation, _ []string) error {
			patchAccessLog(s, o, func(a *api.AccessLogSettings, v string) { a.Format = v })
			return nil
		}},
		rule{Path: "/canarySettings", Ops: []string{patch.Remove}, Apply: func(s *api.Stage, _ operation, _ []string) error {
			s.CanarySettings = nil
			return nil
		}},
		rule{Path: "/canarySettings/percentTraffic", Ops: replace, Apply: func(s *api.Stage, o operation, _ []string) error {
			percent, err := strconv.ParseFloat(o.Text(), 64)
			if err != nil {
				percent = -1 // out of bounds, too
			}
			canaryOf(s).PercentTraffic = api.Double(percent)
			return nil
		}},
		rule{Path: "/canarySettings/deploymentId", Ops: replace, Apply: func(s *api.Stage, o operation, _ []string) error {
			canaryOf(s).DeploymentID = o.Text()
			return nil
		}},
		rule{Path: "/canarySettings/useStageCache", Ops: replace, Apply: func(s *api.Stage, o operation, _ []string) error {
			canaryOf(s).UseStageCache = o.Bool()
			return nil
		}},
		rule{Path: "/canarySettings/stageVariableOverrides", Ops: replace, Apply: func(s *api.Stage, o operation, _ []string) error {
			variables, err := variablesOf(o)
			canaryOf(s).StageVariableOverrides = variables
			return err
		}},
		rule{Path: "/canarySettings/stageVariableOverrides/{name}", Ops: change, Apply: func(s *api.Stage, o operation, names []string) error {
			setVariable(&canaryOf(s).StageVariableOverrides, o, names[0])
			return nil
		}},
	)
}

// canaryOf is the canary of a stage, which the first thing that is set of it makes. It
// begins with the stage's own deployment.
func canaryOf(s *api.Stage) *api.CanarySettings {
	if s.CanarySettings == nil {
		s.CanarySettings = &api.CanarySettings{DeploymentID: s.DeploymentID}
	}
	return s.CanarySettings
}

// patchStageDeployment points a stage to another deployment: a given one, or by copy
// that of its canary, which promotes it (developer guide).
func patchStageDeployment(s *api.Stage, o patch.Operation, _ []string) error {
	if o.Op == patch.Replace {
		s.DeploymentID = o.Text()
		return nil
	}
	if o.From != "/canarySettings/deploymentId" || s.CanarySettings == nil {
		return badFrom(o)
	}
	s.DeploymentID = s.CanarySettings.DeploymentID
	return nil
}

// patchStageVariables changes all variables at once. Copy takes those of the canary
// over, and leaves the ones that it does not override: promotion gives the stage the
// canary's variables, which are both.
func patchStageVariables(s *api.Stage, o patch.Operation, _ []string) error {
	switch o.Op {
	case patch.Remove:
		s.Variables = nil
		return nil
	case patch.Replace:
		var err error
		s.Variables, err = variablesOf(o)
		return err
	}
	if o.From != "/canarySettings/stageVariableOverrides" || s.CanarySettings == nil {
		return badFrom(o)
	}
	if s.Variables == nil && len(s.CanarySettings.StageVariableOverrides) > 0 {
		s.Variables = map[string]string{}
	}
	maps.Copy(s.Variables, s.CanarySettings.StageVariableOverrides)
	return nil
}

func badFrom(o patch.Operation) error {
	return badRequest("Invalid patch path  '%s' specified for op 'copy' from '%s'", o.Path, o.From)
}

// variablesOf reads variables from the value of an operation, a JSON object.
func variablesOf(o patch.Operation) (map[string]string, error) {
	var out map[string]string
	if err := json.Unmarshal([]byte(o.Text()), &out); err != nil {
		return nil, badRequest("Invalid value for %s: it must be a JSON object of strings", o.Path)
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

func setVariable(m *map[string]string, o patch.Operation, name string) {
	if o.Op == patch.Remove {
		delete(*m, name)
		if len(*m) == 0 {
			*m = nil
		}
		return
	}
	if *m == nil {
		*m = map[string]string{}
	}
	(*m)[name] = o.Text()
}

// patchAccessLog sets a member of the access log settings, which are gone when both
// are empty.
func patchAccessLog(s *api.Stage, o patch.Operation, set func(*api.AccessLogSettings, string)) {
	a := s.AccessLogSettings
	if a == nil {
		a = &api.AccessLogSettings{}
	}
	value := o.Text()
	if o.Op == patch.Remove {
		value = ""
	}
	set(a, value)
	if s.AccessLogSettings = a; *a == (api.AccessLogSettings{}) {
		s.AccessLogSettings = nil
	}
}
