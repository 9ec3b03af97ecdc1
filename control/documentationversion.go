package control

import (
	"sluice/api"
	"sluice/control/patch"
)

// documentationVersion is the wire's form of a version.
type documentationVersion struct {
	Version     string         `json:"version"`
	CreatedDate *api.Timestamp `json:"createdDate,omitempty"`
	Description string         `json:"description,omitempty"`
}

// documentationVersionRecord is a version with the parts as they were when it was
// made.
type documentationVersionRecord struct {
	documentationVersion
	Parts []*api.DocumentationPart `json:"parts"`
}

func showDocumentationVersion(r *documentationVersionRecord) *documentationVersion {
	return &r.documentationVersion
}

func findDocumentationVersion(t *tx, apiID, version string) (*documentationVersionRecord, error) {
	v, err := get[documentationVersionRecord](t, kindDocumentationVersion, apiID, version)
	if err == nil && v == nil {
		err = notFound("Invalid Documentation version specified")
	}
	return v, err
}

func createDocumentationVersion(c *call) (any, error) {
	in, err := decode[struct {
		Version     string `json:"documentationVersion"`
		StageName   string `json:"stageName"`
		Description string `json:"description"`
	}](c)
	if err != nil {
		return nil, err
	}
	apiID := c.path["restapi_id"]
	out := documentationVersion{Version: in.Version, CreatedDate: c.timestamp(), Description: in.Description}
	return out, c.update(func(t *tx) error {
		if _, err := requireAPI(t, apiID); err != nil {
			return err
		}
		if out.Version == "" {
			return badRequest("Documentation version must be non-empty")
		}
		existing, err := get[documentationVersionRecord](t, kindDocumentationVersion, apiID, out.Version)
		if err != nil {
			return err
		}
		if existing != nil {
			return conflict("Documentation version already exists: %s", out.Version)
		}
		parts, err := documentationParts(t, apiID)
		if err != nil {
			return err
		}
		if in.StageName != "" {
			s, err := stageOf(t, apiID, in.StageName)
			if err != nil {
				return err
			}
			s.DocumentationVer, s.LastUpdatedDate = out.Version, c.timestamp()
			if err := put(t, s, kindStage, apiID, s.StageName); err != nil {
				return err
			}
		}
		return put(t, &documentationVersionRecord{out, partsOf(parts)}, kindDocumentationVersion, apiID, out.Version)
	})
}

func getDocumentationVersion(c *call) (any, error) {
	var out *documentationVersionRecord
	err := c.view(func(t *tx) (err error) {
		out, err = findDocumentationVersion(t, c.path["restapi_id"], c.path["doc_version"])
		return err
	})
	if err != nil {
		return nil, err
	}
	return showDocumentationVersion(out), nil
}

func getDocumentationVersions(c *call) (any, error) {
	var out page[*documentationVersion]
	err := c.view(func(t *tx) (err error) {
		if _, err := requireAPI(t, c.path["restapi_id"]); err != nil {
			return err
		}
		out, err = pageOfRecords(c, t, showDocumentationVersion, kindDocumentationVersion, c.path["restapi_id"])
		return err
	})
	return out, err
}

func updateDocumentationVersion(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	var out *documentationVersionRecord
	err := c.update(func(t *tx) (err error) {
		if out, err = findDocumentationVersion(t, apiID, c.path["doc_version"]); err != nil {
			return err
		}
		if err := applyPatch(c, documentationVersionPatch(), out); err != nil {
			return err
		}
		return put(t, out, kindDocumentationVersion, apiID, out.Version)
	})
	if err != nil {
		return nil, err
	}
	return showDocumentationVersion(out), nil
}

func documentationVersionPatch() *patch.Table[*documentationVersionRecord] {
	return patch.NewTable(patch.Listing,
		replaceText("/description", func(v *documentationVersionRecord) *string { return &v.Description }),
	)
}

// deleteDocumentationVersion deletes a version. Stages that have it have none then.
func deleteDocumentationVersion(c *call) (any, error) {
	apiID := c.path["restapi_id"]
	return nil, c.update(func(t *tx) error {
		v, err := findDocumentationVersion(t, apiID, c.path["doc_version"])
		if err != nil {
			return err
		}
		stages, err := list[api.Stage](t, kindStage, apiID)
		if err != nil {
			return err
		}
		for _, s := range stages {
			if s.DocumentationVer != v.Version {
				continue
			}
			s.DocumentationVer = ""
			if err := put(t, s, kindStage, apiID, s.StageName); err != nil {
				return err
			}
		}
		return remove(t, kindDocumentationVersion, apiID, v.Version)
	})
}
