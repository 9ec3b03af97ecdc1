package control

import (
	"strings"

	"github.com/google/uuid"

	"sluice/api"
)

func stageOperations() operations {
	return operations{
		"CreateStage":                createStage,
		"GetStage":                   getStage,
		"GetStages":                  getStages,
		"DeleteStage":                deleteStage,
		"UpdateStage":                updateStage,
		"FlushStageCache":            func(c *call) (any, error) { return nil, c.flushStage(flushedCache) },
		"FlushStageAuthorizersCache": func(c *call) (any, error) { return nil, c.flushStage(flushedAuthorizers) },
	}
}

// Bounds of stages (aws-facts: limits, 2 and 3).
const (
	maxStages             = 10 // of an API
	maxStageName          = 128
	maxStageVariables     = 100
	maxStageVariableName  = 64
	maxStageVariableValue = 512
)

// Cache clusters: here one is there as soon as it is asked for.
const (
	cacheAvailable    = "AVAILABLE"
	cacheNotAvailable = "NOT_AVAILABLE"
	cacheDefaultSize  = "0.5"
)

// stageOf reads a stage. Operations on one say the same of an API that is not there.
func stageOf(t *tx, apiID, name string) (*api.Stage, error) {
	s, err := get[api.Stage](t, kindStage, apiID, name)
	if err == nil && s == nil {
		err = notFound("Invalid stage identifier specified")
	}
	return s, err
}

// newStage is a stage as the service makes one (recorded).
func newStage(name string, now *api.Timestamp) *api.Stage {
	return &api.Stage{
		StageName: name, CacheClusterStatus: cacheNotAvailable, MethodSettings: map[string]*api.MethodSetting{},
		CreatedDate: now, LastUpdatedDate: now,
	}
}

// checkStageName checks a new stage's name. The text is older than the rule, which
// allows hyphens (developer guide).
func checkStageName(name string) error {
	if name == "" || len(name) > maxStageName || strings.Trim(name, alphanumeric+"_-") != "" {
		return badRequest("Stage name only allows a-zA-Z0-9_")
	}
	return nil
}

func checkStageLimit(t *tx, apiID string) error {
	n, err := count(t, kindStage, apiID)
	if err == nil && n >= maxStages {
		err = limitExceeded("Maximum number of Stages for this API has been reached. Please contact AWS if you need additional Stages.")
	}
	return err
}

type createStageInput struct {
	StageName            string              `json:"stageName"`
	DeploymentID         string              `json:"deploymentId"`
	Description          string              `json:"description"`
	CacheClusterEnabled  bool                `json:"cacheClusterEnabled"`
	CacheClusterSize     string              `json:"cacheClusterSize"`
	Variables            map[string]string   `json:"variables"`
	DocumentationVersion string              `json:"documentationVersion"`
	CanarySettings       *api.CanarySettings `json:"canarySettings"`
	TracingEnabled       bool                `json:"tracingEnabled"`
	Tags                 map[string]string   `json:"tags"`
}

func createStage(c *call) (any, error) {
	in, err := decode[createStageInput](c)
	if err != nil {
		return nil, err
	}
	apiID := c.path["restapi_id"]
	var out *api.Stage
	err = c.update(func(t *tx) error {
		if _, err := requireAPI(t, apiID); err != nil {
			return err
		}
		if err := checkStageName(in.StageName); err != nil {
			return err
		}
		if err := checkTags(in.Tags); err != nil {
			return err
		}
		existing, err := get[api.Stage](t, kindStage, apiID, in.StageName)
		if err != nil {
			return err
		}
		if existing != nil {
			return conflict("Stage already exists")
		}
		if err := checkStageLimit(t, apiID); err != nil {
			return err
		}
		out = newStage(in.StageName, c.timestamp())
		out.DeploymentID, out.Description, out.DocumentationVer = in.DeploymentID, in.Description, in.DocumentationVersion
		out.CacheClusterEnabled, out.CacheClusterSize = in.CacheClusterEnabled, in.CacheClusterSize
		out.Variables, out.TracingEnabled = in.Variables, in.TracingEnabled
		if in.CanarySettings != nil {
			canary := *in.CanarySettings
			out.CanarySettings = &canary
		}
		if len(in.Tags) > 0 {
			out.Tags = in.Tags
		}
		return c.storeStage(t, apiID, out)
	})
	return out, err
}

// storeStage checks a stage as a whole, compiles it and stores it.
func (c *call) storeStage(t *tx, apiID string, s *api.Stage) error {
	if err := c.checkStage(t, apiID, s); err != nil {
		return err
	}
	s.CacheClusterStatus = cacheNotAvailable
	if s.CacheClusterEnabled {
		s.CacheClusterStatus = cacheAvailable
		if s.CacheClusterSize == "" {
			s.CacheClusterSize = cacheDefaultSize
		}
	}
	s.LastUpdatedDate = c.timestamp()
	if err := c.compiles(t, apiID, s); err != nil {
		return err
	}
	return put(t, s, kindStage, apiID, s.StageName)
}

// checkStage checks what a stage refers to and its values.
func (c *call) checkStage(t *tx, apiID string, s *api.Stage) error {
	if _, err := deploymentRecordOf(t, apiID, s.DeploymentID); err != nil {
		return err
	}
	if err := checkStageVariables(s.Variables); err != nil {
		return err
	}
	if s.DocumentationVer != "" {
		v, err := get[struct{}](t, kindDocumentationVersion, apiID, s.DocumentationVer)
		if err != nil {
			return err
		}
		if v == nil {
			return notFound("Invalid Documentation version specified")
		}
	}
	if s.ClientCertificateID != "" {
		if _, err := requireClientCertificate(t, s.ClientCertificateID); err != nil {
			return err
		}
	}
	if err := checkAccessLog(s.AccessLogSettings); err != nil {
		return err
	}
	canary := s.CanarySettings
	if canary == nil {
		return nil
	}
	if canary.DeploymentID == "" {
		canary.DeploymentID = s.DeploymentID
	}
	if _, err := deploymentRecordOf(t, apiID, canary.DeploymentID); err != nil {
		return err
	}
	if !(canary.PercentTraffic >= 0 && canary.PercentTraffic <= 100) { // NaN is neither
		return badRequest("Invalid percent traffic specified, must be between 0.0 and 100.0")
	}
	return checkStageVariables(canary.StageVariableOverrides)
}

// checkStageVariables checks names and values (service model: Stage; the texts are
// field reports).
func checkStageVariables(variables map[string]string) error {
	if len(variables) > maxStageVariables {
		return limitExceeded("A stage can have at most %d stage variables", maxStageVariables)
	}
	for _, name := range sortedKeys(variables) {
		value := variables[name]
		switch {
		case name == "" || strings.Trim(name, alphanumeric+"_") != "":
			return badRequest("Invalid stage variable name: %s.  Please use names with only word characters.", name)
		case value == "" || strings.Trim(value, alphanumeric+" -._~:/?#&=,") != "":
			return badRequest("Invalid stage variable value: %s.  Please use values with alphanumeric characters and the symbols ' ', -', '.', '_', ':', '/', '?', '&', '=', and ','.", value)
		case len(name) > maxStageVariableName:
			return badRequest("Invalid stage variable name: %s.  It can be at most %d characters.", name, maxStageVariableName)
		case len(value) > maxStageVariableValue:
			return badRequest("Invalid stage variable value: %s.  It can be at most %d characters.", value, maxStageVariableValue)
		}
	}
	return nil
}

// compiles refuses a stage that the data plane could not serve. What only requests
// can find out is for them.
func (c *call) compiles(t *tx, apiID string, s *api.Stage) error {
	d, err := deploymentOf(t, apiID, s)
	if err != nil {
		return err
	}
	for _, p := range c.options.DataPlane.Check(*d) {
		if !p.Warning {
			return badRequest("%s", p.String())
		}
	}
	return nil
}

func getStage(c *call) (any, error) {
	var out *api.Stage
	err := c.view(func(t *tx) (err error) {
		out, err = stageOf(t, c.path["restapi_id"], c.path["stage_name"])
		return err
	})
	return out, err
}

// getStages lists the stages of an API, or those that point to one deployment. It has
// no pages.
func getStages(c *call) (any, error) {
	out := page[*api.Stage]{Item: []*api.Stage{}}
	err := c.view(func(t *tx) error {
		if _, err := requireAPI(t, c.path["restapi_id"]); err != nil {
			return err
		}
		all, err := list[api.Stage](t, kindStage, c.path["restapi_id"])
		id := c.query.Get("deploymentId")
		for _, s := range all {
			if id == "" || s.DeploymentID == id {
				out.Item = append(out.Item, s)
			}
		}
		return err
	})
	return out, err
}

// deleteStage deletes a stage. Usage plans that meter it lose it (field reports).
func deleteStage(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	return nil, c.update(func(t *tx) error {
		s, err := stageOf(t, apiID, c.path["stage_name"])
		if err != nil {
			return err
		}
		if err := unlinkPlans(t, apiID, s.StageName); err != nil {
			return err
		}
		if err := remove(t, kindFlush, apiID, s.StageName); err != nil {
			return err
		}
		return remove(t, kindStage, apiID, s.StageName)
	})
}

// flushStage has every node empty a cache of a stage.
func (c *call) flushStage(what string) error {
	apiID := c.path["restapi_id"]
	record := &flushRecord{Last: what, At: c.timestamp(), Nonce: uuid.NewString()}
	return c.update(func(t *tx) error {
		s, err := stageOf(t, apiID, c.path["stage_name"])
		if err != nil {
			return err
		}
		return put(t, record, kindFlush, apiID, s.StageName)
	})
}
