package control

import (
	"slices"

	"sluice/control/patch"
)

// apiKeyPatch is what UpdateApiKey supports; the order is that of the recorded text.
func apiKeyPatch(t *tx) *patch.Table[*apiKeyRecord] {
	type rule = patch.Rule[*apiKeyRecord]
	replace := []string{patch.Replace}
	both := []string{patch.Add, patch.Remove}
	return patch.NewTable(patch.Listing,
		rule{Path: "/description", Ops: replace, Apply: func(r *apiKeyRecord, o patch.Operation, _ []string) error {
			r.Description = o.Text()
			return nil
		}},
		rule{Path: "/enabled", Ops: replace, Apply: func(r *apiKeyRecord, o patch.Operation, _ []string) error {
			r.Enabled = o.Bool()
			return nil
		}},
		rule{Path: "/name", Ops: replace, Apply: func(r *apiKeyRecord, o patch.Operation, _ []string) error {
			r.Name = o.Text()
			return nil
		}},
		rule{Path: "/customerId", Ops: replace, Apply: func(r *apiKeyRecord, o patch.Operation, _ []string) error {
			r.CustomerID = o.Text()
			return nil
		}},
		rule{Path: "/labels", Ops: both, Apply: func(r *apiKeyRecord, o patch.Operation, _ []string) error {
			if o.Text() == "" {
				return badRequest("Invalid label specified")
			}
			r.Labels = patchSet(r.Labels, o)
			return nil
		}},
		rule{Path: "/stages", Ops: both, Apply: func(r *apiKeyRecord, o patch.Operation, _ []string) error {
			if o.Op == patch.Add {
				if err := requireStageKey(t, o.Text()); err != nil {
					return err
				}
			} else if !slices.Contains(r.StageKeys, o.Text()) {
				return notFound("Invalid stage identifier specified")
			}
			r.StageKeys = patchSet(r.StageKeys, o)
			return nil
		}},
	)
}

// patchSet adds the operation's value to a list that has each text once, or takes it
// out.
func patchSet(set []string, o patch.Operation) []string {
	i := slices.Index(set, o.Text())
	switch {
	case o.Op == patch.Remove && i >= 0:
		return slices.Delete(set, i, i+1)
	case o.Op == patch.Add && i < 0:
		return append(set, o.Text())
	}
	return set
}
