package control

import (
	"sluice/api"
	"sluice/control/patch"
)

// deploymentRecord is a deployment without what it froze, which is a record of its
// own (kindSnapshot: an api.Snapshot).
type deploymentRecord struct {
	ID          string         `json:"id"`
	Description string         `json:"description,omitempty"`
	CreatedDate *api.Timestamp `json:"createdDate,omitempty"`
}

// deployment is the wire's form of a deployment.
type deployment struct {
	*deploymentRecord
	APISummary map[string]map[string]methodSnapshot `json:"apiSummary,omitempty"` // path -> method
}

type methodSnapshot struct {
	AuthorizationType string `json:"authorizationType"`
	APIKeyRequired    bool   `json:"apiKeyRequired"`
}

func deploymentOperations() operations {
	return operations{
		"CreateDeployment": createDeployment,
		"GetDeployment":    getDeployment,
		"GetDeployments":   getDeployments,
		"DeleteDeployment": deleteDeployment,
		"UpdateDeployment": updateDeployment,
	}
}

// deploymentRecordOf reads a deployment. Operations on one say the same of an API that
// is not there.
func deploymentRecordOf(t *tx, apiID, id string) (*deploymentRecord, error) {
	d, err := get[deploymentRecord](t, kindDeployment, apiID, id)
	if err == nil && d == nil {
		err = notFound("Invalid Deployment identifier specified")
	}
	return d, err
}

type createDeploymentInput struct {
	StageName           string              `json:"stageName"`
	StageDescription    string              `json:"stageDescription"`
	Description         string              `json:"description"`
	CacheClusterEnabled *bool               `json:"cacheClusterEnabled"`
	CacheClusterSize    string              `json:"cacheClusterSize"`
	Variables           map[string]string   `json:"variables"`
	CanarySettings      *api.CanarySettings `json:"canarySettings"`
	TracingEnabled      *bool               `json:"tracingEnabled"`
}

// createDeployment freezes the definition of the moment. With a stage it is compiled
// for it, and refused when it does not compile; without one it is not, since much of
// what a definition says depends on the stage's variables: the stage that will point
// to it is compiled then.
func createDeployment(c *call) (any, error) {
	in, err := decode[createDeploymentInput](c)
	if err != nil {
		return nil, err
	}
	apiID := c.path["restapi_id"]
	out := &deploymentRecord{ID: newID(objectIDLength), Description: in.Description, CreatedDate: c.timestamp()}
	return out, c.update(func(t *tx) error {
		if _, err := requireAPI(t, apiID); err != nil {
			return err
		}
		if in.StageName != "" {
			if err := checkStageName(in.StageName); err != nil {
				return err
			}
		}
		snapshot, err := snapshotOf(t, apiID)
		if err != nil {
			return err
		}
		snapshot.DeploymentID = out.ID
		if err := checkDeployable(snapshot); err != nil {
			return err
		}
		if err := put(t, out, kindDeployment, apiID, out.ID); err != nil {
			return err
		}
		if err := put(t, snapshot, kindSnapshot, apiID, out.ID); err != nil {
			return err
		}
		if in.StageName == "" {
			if in.CanarySettings != nil {
				return badRequest("Invalid deployment content specified.Stage name must be specified when making a canary release deployment")
			}
			return nil
		}
		return c.deployTo(t, apiID, &in, out.ID)
	})
}

// checkDeployable checks that an API has methods, and each an integration.
func checkDeployable(s *api.Snapshot) error {
	methods := 0
	for _, r := range s.Resources {
		for _, m := range r.ResourceMethods {
			if m.MethodIntegration == nil {
				return badRequest("No integration defined for method")
			}
			methods++
		}
	}
	if methods == 0 {
		return badRequest("The REST API doesn't contain any methods")
	}
	return nil
}

// deployTo points a stage, or its canary, to a new deployment. A stage that is not
// there is made, but not for a canary.
func (c *call) deployTo(t *tx, apiID string, in *createDeploymentInput, deploymentID string) error {
	stage, err := get[api.Stage](t, kindStage, apiID, in.StageName)
	if err != nil {
		return err
	}
	canary := in.CanarySettings
	switch {
	case stage == nil && canary != nil:
		return badRequest("Invalid deployment content specified.Stage %s must already be created before making a canary release deployment", in.StageName)
	case stage == nil:
		if err := checkStageLimit(t, apiID); err != nil {
			return err
		}
		stage = newStage(in.StageName, c.timestamp())
		stage.DeploymentID = deploymentID
	case canary != nil:
		canary.DeploymentID = deploymentID
		stage.CanarySettings = canary
	case stage.CanarySettings != nil:
		return badRequest("Invalid deployment content specified.Non canary deployment not supported on stage %s because Canary is enabled. Provide CanarySettings in deploymentInput.", in.StageName)
	default:
		stage.DeploymentID = deploymentID
	}
	if in.StageDescription != "" {
		stage.Description = in.StageDescription
	}
	if in.Variables != nil {
		stage.Variables = in.Variables
	}
	if in.CacheClusterEnabled != nil {
		stage.CacheClusterEnabled = *in.CacheClusterEnabled
	}
	if in.CacheClusterSize != "" {
		stage.CacheClusterSize = in.CacheClusterSize
	}
	if in.TracingEnabled != nil {
		stage.TracingEnabled = *in.TracingEnabled
	}
	return c.storeStage(t, apiID, stage)
}

func getDeployment(c *call) (any, error) {
	for _, what := range c.query["embed"] {
		if what != "apisummary" && what != "" {
			return nil, badRequest("Invalid embed value specified: %s", what)
		}
	}
	apiID := c.path["restapi_id"]
	out := &deployment{}
	err := c.view(func(t *tx) (err error) {
		if out.deploymentRecord, err = deploymentRecordOf(t, apiID, c.path["deployment_id"]); err != nil || !c.embeds("apisummary") {
			return err
		}
		s, err := get[api.Snapshot](t, kindSnapshot, apiID, out.ID)
		if err != nil || s == nil {
			return err
		}
		out.APISummary = summaryOf(s)
		return nil
	})
	return out, err
}

func summaryOf(s *api.Snapshot) map[string]map[string]methodSnapshot {
	out := map[string]map[string]methodSnapshot{}
	for _, r := range s.Resources {
		for verb, m := range r.ResourceMethods {
			if out[r.Path] == nil {
				out[r.Path] = map[string]methodSnapshot{}
			}
			out[r.Path][verb] = methodSnapshot{AuthorizationType: m.AuthorizationType, APIKeyRequired: m.APIKeyRequired}
		}
	}
	return out
}

func getDeployments(c *call) (any, error) {
	var out page[*deploymentRecord]
	err := c.view(func(t *tx) (err error) {
		if _, err := requireAPI(t, c.path["restapi_id"]); err != nil {
			return err
		}
		out, err = pageOfRecords(c, t, same[deploymentRecord], kindDeployment, c.path["restapi_id"])
		return err
	})
	return out, err
}

// deleteDeployment deletes a deployment that no stage serves, not even to a canary.
func deleteDeployment(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	return nil, c.update(func(t *tx) error {
		d, err := deploymentRecordOf(t, apiID, c.path["deployment_id"])
		if err != nil {
			return err
		}
		stages, err := list[api.Stage](t, kindStage, apiID)
		if err != nil {
			return err
		}
		for _, s := range stages {
			if s.DeploymentID == d.ID {
				return badRequest("Active stages pointing to this deployment must be moved or deleted")
			}
		}
		for _, s := range stages {
			if s.CanarySettings != nil && s.CanarySettings.DeploymentID == d.ID {
				return badRequest("Active stages with canary settings pointing to this deployment must be moved or deleted")
			}
		}
		if err := remove(t, kindSnapshot, apiID, d.ID); err != nil {
			return err
		}
		return remove(t, kindDeployment, apiID, d.ID)
	})
}

func updateDeployment(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	var out *deploymentRecord
	err := c.update(func(t *tx) (err error) {
		if out, err = deploymentRecordOf(t, apiID, c.path["deployment_id"]); err != nil {
			return err
		}
		if err := applyPatch(c, deploymentPatch(), out); err != nil {
			return err
		}
		return put(t, out, kindDeployment, apiID, out.ID)
	})
	return out, err
}

func deploymentPatch() *patch.Table[*deploymentRecord] {
	return patch.NewTable(patch.Listing,
		replaceText("/description", func(d *deploymentRecord) *string { return &d.Description }),
	)
}
