package control

import (
	"errors"
	"strings"
	"time"

	"sluice/api"
	"sluice/openapi/export"
)

func exportOperations() operations { return operations{"GetExport": getExport} }

// octetStream is the content type of what is no JSON of the service's own (recorded).
const octetStream = "application/octet-stream"

// deployed is a stage with the definition that it serves.
func deployed(t *tx, apiID, stageName string) (*api.Stage, *api.Snapshot, error) {
	s, err := stageOf(t, apiID, stageName)
	if err != nil {
		return nil, nil, err
	}
	snapshot, err := get[api.Snapshot](t, kindSnapshot, apiID, s.DeploymentID)
	if err == nil && snapshot == nil {
		err = notFound("Invalid Deployment identifier specified")
	}
	return s, snapshot, err
}

func getExport(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	options := export.Options{
		Type: c.path["export_type"], Extensions: c.query["extensions"], Stage: c.path["stage_name"], Region: c.region,
	}
	var snapshot *api.Snapshot
	err := c.view(func(t *tx) error {
		s, frozen, err := deployed(t, apiID, options.Stage)
		if err != nil {
			return err
		}
		snapshot = frozen
		if d := frozen.RestApi.CreatedDate; d != nil {
			options.Created = d.Time
		}
		if s.DocumentationVer == "" {
			return nil
		}
		v, err := get[documentationVersionRecord](t, kindDocumentationVersion, apiID, s.DocumentationVer)
		if err != nil || v == nil {
			return err
		}
		options.Documentation = &export.Documentation{Version: v.Version, Created: timeOf(v.CreatedDate), Parts: v.Parts}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if options.YAML, err = acceptsYAML(c.header.Get("Accept")); err != nil {
		return nil, err
	}
	document, name, err := export.Export(snapshot, options)
	var refused *export.BadRequest
	if errors.As(err, &refused) {
		return nil, badRequest("%s", refused.Message)
	}
	if err != nil {
		return nil, err
	}
	return attachment(name, document), nil
}

func timeOf(t *api.Timestamp) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.Time
}

// attachment is an answer that is a file.
func attachment(name string, content []byte) *blob {
	return &blob{contentType: octetStream, disposition: `attachment; filename="` + strings.NewReplacer(`\`, "_", `"`, "_").Replace(name) + `"`, body: content}
}

// acceptsYAML tells which of the two forms an Accept header asks for (service model:
// application/json and application/yaml).
func acceptsYAML(accept string) (bool, error) {
	if accept == "" {
		return false, nil
	}
	for part := range strings.SplitSeq(accept, ",") {
		mediaType, _, _ := strings.Cut(part, ";")
		switch strings.ToLower(strings.TrimSpace(mediaType)) {
		case "application/yaml", "application/x-yaml", "text/yaml":
			return true, nil
		case "application/json", "application/*", "*/*", "application/hal+json", octetStream:
			return false, nil
		}
	}
	return false, badRequest("Invalid Accept specified: %s. Valid values are application/json, application/yaml", accept)
}
