package control

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"sluice/throttle/keyfile"
)

// apiKeyIDs is the answer of an import (service model: ApiKeyIds).
type apiKeyIDs struct {
	IDs      []string `json:"ids"`
	Warnings []string `json:"warnings"`
}

// importAPIKeys makes the keys of a file, or changes those whose values are in use
// (developer guide). What a warning is about is left out, unless warnings are to
// fail the import: then nothing is imported.
func importAPIKeys(c *call) (any, error) {
	if format := c.query.Get("format"); !strings.EqualFold(format, "csv") {
		return nil, badRequest("Invalid format specified: %s. Valid options are csv", format)
	}
	rows, faults, err := keyfile.Parse(bytes.NewReader(c.body))
	if err != nil {
		return nil, badRequest("%s", err.Error())
	}
	ids := make([]string, len(rows)) // of keys that are new
	for i := range ids {
		ids[i] = newID(apiIDLength)
	}
	var out *apiKeyIDs
	err = c.update(func(t *tx) error {
		out = &apiKeyIDs{IDs: []string{}}
		warnings := slices.Clone(faults)
		for i, row := range rows {
			id, failed, err := c.importAPIKey(t, row, ids[i])
			if err != nil {
				return err
			}
			if id != "" {
				out.IDs = append(out.IDs, id)
			}
			warnings = append(warnings, failed...)
		}
		slices.SortStableFunc(warnings, func(a, b keyfile.Warning) int { return a.Line - b.Line })
		out.Warnings = make([]string, len(warnings))
		for i, w := range warnings {
			out.Warnings[i] = w.String()
		}
		if len(out.Warnings) > 0 && c.flag("failonwarnings") {
			return badRequest("Warnings found during import:\n\t%s", strings.Join(out.Warnings, "\n\t"))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// importAPIKey takes in a row. id is that of the key, "" when it was left out.
func (c *call) importAPIKey(t *tx, row keyfile.Row, fresh string) (id string, warnings []keyfile.Warning, err error) {
	warn := func(format string, args ...any) {
		warnings = append(warnings, keyfile.Warning{Line: row.Line, Text: fmt.Sprintf(format, args...)})
	}
	of, err := keyOfValue(t, row.Value)
	if err != nil {
		return "", nil, err
	}
	now := c.timestamp()
	key := &apiKeyRecord{ID: fresh, Value: row.Value, CreatedDate: now, StageKeys: []string{}}
	if of != nil {
		if of.Region != t.region {
			warn("API Key already exists")
			return "", warnings, nil
		}
		if err := t.served.refuse(t.key(kindAPIKey, of.ID)); err != nil {
			var refused *Error
			if errors.As(err, &refused) {
				warn("%s", refused.Message)
			}
			return "", warnings, nil
		}
		if key, err = requireAPIKey(t, of.ID); err != nil {
			return "", nil, err
		}
	}
	key.Name, key.Description, key.Enabled, key.LastUpdatedDate = row.Name, row.Description, row.Enabled, now
	if of == nil {
		err = addAPIKey(t, key)
	} else {
		err = key.store(t)
	}
	if err != nil {
		return "", nil, err
	}
	for _, planID := range row.UsagePlanIDs {
		if slices.Contains(key.PlanIDs, planID) {
			continue
		}
		plan, err := requireUsagePlan(t, planID)
		if err == nil {
			err = joinPlan(t, plan, key)
		}
		var refused *Error
		switch {
		case errors.As(err, &refused) && refused.Status == http.StatusNotFound:
			warn("%s: %s", refused.Message, planID)
		case errors.As(err, &refused):
			warn("%s", refused.Message)
		case err != nil:
			return "", nil, err
		}
	}
	return key.ID, warnings, nil
}
