package control

import (
	"errors"

	"sluice/control/patch"
)

// patchOperations are the entries of an update's body.
func (c *call) patchOperations() ([]patch.Operation, error) {
	in, err := decode[struct {
		PatchOperations []patch.Operation `json:"patchOperations"`
	}](c)
	return in.PatchOperations, err
}

// applyPatch applies the call's operations to target by a table.
func applyPatch[T any](c *call, table *patch.Table[T], target T) error {
	operations, err := c.patchOperations()
	if err != nil {
		return err
	}
	return patchError(table.Apply(target, operations))
}

// patchError is the wire's form of an error of a table.
func patchError(err error) error {
	var invalid *patch.Invalid
	if errors.As(err, &invalid) {
		return badRequest("%s", invalid.Message)
	}
	return err
}
