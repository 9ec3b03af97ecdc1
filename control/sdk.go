package control

import (
	"errors"

	"sluice/control/sdk"
)

func sdkOperations() operations {
	return operations{"GetSdk": getSDK, "GetSdkType": getSDKType, "GetSdkTypes": getSDKTypes}
}

// getSDK makes a client of what a stage serves.
func getSDK(c *call) (any, error) {
	request := sdk.Request{
		Type: c.path["sdk_type"], Parameters: map[string]string{}, Stage: c.path["stage_name"], Region: c.region, Now: c.options.Now(),
	}
	for name := range c.query {
		request.Parameters[name] = c.query.Get(name)
	}
	err := c.view(func(t *tx) (err error) {
		_, request.Snapshot, err = deployed(t, c.path["restapi_id"], request.Stage)
		return err
	})
	if err != nil {
		return nil, err
	}
	if c.options.InvokeURL != nil {
		request.InvokeURL = c.options.InvokeURL(c.path["restapi_id"], request.Stage)
	}
	content, name, err := sdk.Generate(request)
	var refused *sdk.BadRequest
	if errors.As(err, &refused) {
		return nil, badRequest("%s", refused.Message)
	}
	if err != nil {
		return nil, err
	}
	return attachment(name, content), nil
}

func getSDKType(c *call) (any, error) {
	t, ok := sdk.Find(c.path["sdktype_id"])
	if !ok {
		return nil, notFound("Invalid SDK type identifier specified")
	}
	return t, nil
}

func getSDKTypes(c *call) (any, error) {
	return pageOf(c, sdk.Types(), func(t sdk.Type) string { return t.ID }, func(t sdk.Type) sdk.Type { return t })
}
