package control

import (
	"slices"
	"strings"
	"time"

	"sluice/api"
	"sluice/control/patch"
)

// vpcLinkRecord is a VPC link (service model: VpcLink). Its status follows from its
// times.
type vpcLinkRecord struct {
	ID          string            `json:"id"`
	Name        string            `json:"name,omitempty"`
	Description string            `json:"description,omitempty"`
	TargetArns  []string          `json:"targetArns"`
	Tags        map[string]string `json:"tags,omitzero"`
	CreatedDate *api.Timestamp    `json:"createdDate,omitempty"`
	DeletedDate *api.Timestamp    `json:"deletedDate,omitempty"` // nil: it was not deleted
}

// vpcLink is a link in the wire's form.
type vpcLink struct {
	ID            string            `json:"id"`
	Name          string            `json:"name,omitempty"`
	Description   string            `json:"description,omitempty"`
	TargetArns    []string          `json:"targetArns"`
	Status        string            `json:"status"`
	StatusMessage string            `json:"statusMessage,omitempty"`
	Tags          map[string]string `json:"tags,omitzero"`
}

const (
	maxVPCLinks = 20 // aws-facts: limits, 1
	// linkDeletion is how long a deleted link is shown as such. What the service
	// needs minutes for is done here at once; it takes time so that clients see it.
	linkDeletion = 2 * time.Second
)

// The statuses of a link.
const (
	linkPending   = "PENDING"
	linkAvailable = "AVAILABLE"
	linkDeleting  = "DELETING"
)

func vpcLinkOperations() operations {
	return operations{
		"CreateVpcLink": createVPCLink,
		"DeleteVpcLink": deleteVPCLink,
		"GetVpcLink":    getVPCLink,
		"GetVpcLinks":   getVPCLinks,
		"UpdateVpcLink": updateVPCLink,
	}
}

// gone tells whether the link's deletion is over.
func (r *vpcLinkRecord) gone(now time.Time) bool {
	return r.DeletedDate != nil && !now.Before(r.DeletedDate.Add(linkDeletion))
}

// requireVPCLink reads a link.
func requireVPCLink(c *call, t *tx, id string) (*vpcLinkRecord, error) {
	r, err := get[vpcLinkRecord](t, kindVPCLink, id)
	if err == nil && (r == nil || r.gone(c.options.Now())) {
		err = notFound("Invalid Vpc Link identifier specified")
	}
	return r, err
}

// showVPCLink is a link as it is some time after its making.
func showVPCLink(r *vpcLinkRecord, withTags bool) *vpcLink {
	out := &vpcLink{
		ID: r.ID, Name: r.Name, Description: r.Description, TargetArns: r.TargetArns, Tags: shownTags(r.Tags, withTags),
		Status: linkAvailable, StatusMessage: "Your vpc link is ready for use",
	}
	if r.DeletedDate != nil {
		out.Status, out.StatusMessage = linkDeleting, "Your vpc link is being deleted"
	}
	return out
}

func createVPCLink(c *call) (any, error) {
	in, err := decode[struct {
		Name        string            `json:"name"`
		Description string            `json:"description"`
		TargetArns  []string          `json:"targetArns"`
		Tags        map[string]string `json:"tags"`
	}](c)
	if err != nil {
		return nil, err
	}
	r := &vpcLinkRecord{
		ID: newID(objectIDLength), Name: in.Name, Description: in.Description, TargetArns: in.TargetArns, Tags: in.Tags,
		CreatedDate: c.timestamp(),
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	err = c.update(func(t *tx) error {
		if err := c.purgeVPCLinks(t); err != nil {
			return err
		}
		if err := checkRoom(t, kindVPCLink, maxVPCLinks, "Vpc Links"); err != nil {
			return err
		}
		return put(t, r, kindVPCLink, r.ID)
	})
	if err != nil {
		return nil, err
	}
	out := showVPCLink(r, false)
	out.Status, out.StatusMessage = linkPending, ""
	return out, nil
}

// check finds the first fault of a link.
func (r *vpcLinkRecord) check() error {
	switch {
	case r.Name == "":
		return badRequest("Name cannot be empty")
	case len(r.TargetArns) == 0:
		return badRequest("No target arn specified for vpc link.")
	case len(r.TargetArns) > 1:
		return badRequest("More than one target arn specified for vpc link.")
	case !isARN(r.TargetArns[0]):
		return badRequest("Invalid ARN. ARN is not well formed %s", r.TargetArns[0])
	}
	return checkTags(r.Tags)
}

// isARN tells whether s has the six fields of an ARN.
func isARN(s string) bool {
	parts := strings.SplitN(s, ":", 6)
	return len(parts) == 6 && parts[0] == "arn" && parts[1] != "" && parts[2] != "" && parts[5] != ""
}

// purgeVPCLinks removes the links whose deletion is over.
func (c *call) purgeVPCLinks(t *tx) error {
	links, err := list[vpcLinkRecord](t, kindVPCLink)
	if err != nil {
		return err
	}
	for _, r := range links {
		if r.gone(c.options.Now()) {
			if err := remove(t, kindVPCLink, r.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func deleteVPCLink(c *call) (any, error) {
	return nil, c.update(func(t *tx) error {
		r, err := requireVPCLink(c, t, c.path["vpclink_id"])
		if err != nil || r.DeletedDate != nil {
			return err
		}
		users, err := usersOfVPCLink(t, r.ID)
		if err != nil {
			return err
		}
		if len(users) > 0 {
			return badRequest("Cannot delete vpc link. Vpc link '%s', is referenced in [%s] in format of [RESTApiId:Method:Resource:Stage].",
				r.ID, strings.Join(users, ", "))
		}
		r.DeletedDate = c.timestamp()
		return put(t, r, kindVPCLink, r.ID)
	})
}

// usersOfVPCLink are the deployed methods whose integrations go through a link,
// "{API}:{METHOD}:{resource}:{stage}".
func usersOfVPCLink(t *tx, link string) ([]string, error) {
	apis, err := list[api.RestApi](t, kindAPI)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, a := range apis {
		stages, err := list[api.Stage](t, kindStage, a.ID)
		if err != nil {
			return nil, err
		}
		for _, stage := range stages {
			deployments := []string{stage.DeploymentID}
			if stage.CanarySettings != nil {
				deployments = append(deployments, stage.CanarySettings.DeploymentID)
			}
			for _, deployment := range slices.Compact(deployments) {
				snapshot, err := get[api.Snapshot](t, kindSnapshot, a.ID, deployment)
				if err != nil {
					return nil, err
				}
				out = append(out, methodsOfVPCLink(snapshot, stage, link)...)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func methodsOfVPCLink(snapshot *api.Snapshot, stage *api.Stage, link string) (out []string) {
	if snapshot == nil {
		return nil
	}
	for _, r := range snapshot.Resources {
		for verb, m := range r.ResourceMethods {
			if m == nil || m.MethodIntegration == nil || m.MethodIntegration.ConnectionType != "VPC_LINK" {
				continue
			}
			id := m.MethodIntegration.ConnectionID
			if name, ok := strings.CutPrefix(id, "${stageVariables."); ok {
				id = stage.Variables[strings.TrimSuffix(name, "}")]
			}
			if id == link {
				out = append(out, snapshot.RestApi.ID+":"+verb+":"+r.ID+":"+stage.StageName)
			}
		}
	}
	return out
}

func getVPCLink(c *call) (any, error) {
	var out *vpcLinkRecord
	err := c.view(func(t *tx) (err error) {
		out, err = requireVPCLink(c, t, c.path["vpclink_id"])
		return err
	})
	if err != nil {
		return nil, err
	}
	return showVPCLink(out, true), nil
}

func getVPCLinks(c *call) (any, error) {
	var all []*vpcLinkRecord
	err := c.view(func(t *tx) (err error) {
		all, err = list[vpcLinkRecord](t, kindVPCLink)
		return err
	})
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(r *vpcLinkRecord) bool { return r.gone(c.options.Now()) })
	return pageOf(c, all, func(r *vpcLinkRecord) string { return r.ID }, func(r *vpcLinkRecord) *vpcLink { return showVPCLink(r, false) })
}

func updateVPCLink(c *call) (any, error) {
	operations, err := c.patchOperations()
	if err != nil {
		return nil, err
	}
	var out *vpcLinkRecord
	err = c.update(func(t *tx) (err error) {
		if out, err = requireVPCLink(c, t, c.path["vpclink_id"]); err != nil {
			return err
		}
		if out.DeletedDate != nil {
			return badRequest("Vpc link '%s' is being deleted", out.ID)
		}
		table := vpcLinkPatch()
		for _, o := range operations {
			if o.Path == "/targetArns" || strings.HasPrefix(o.Path, "/targetArns/") {
				return badRequest("Target arns are not allowed to be changed/added.")
			}
			if err := patchError(table.Apply(out, []patch.Operation{o})); err != nil {
				return err
			}
		}
		return put(t, out, kindVPCLink, out.ID)
	})
	if err != nil {
		return nil, err
	}
	return showVPCLink(out, true), nil
}

func vpcLinkPatch() *patch.Table[*vpcLinkRecord] {
	type rule = patch.Rule[*vpcLinkRecord]
	replace := []string{patch.Replace}
	return patch.NewTable(patch.Listing,
		rule{Path: "/name", Ops: replace, Apply: func(r *vpcLinkRecord, o patch.Operation, _ []string) error {
			if o.Text() == "" {
				return badRequest("Name cannot be empty")
			}
			r.Name = o.Text()
			return nil
		}},
		rule{Path: "/description", Ops: replace, Apply: func(r *vpcLinkRecord, o patch.Operation, _ []string) error {
			r.Description = o.Text()
			return nil
		}},
	)
}
