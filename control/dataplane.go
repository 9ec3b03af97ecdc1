package control

import (
	"context"

	"sluice/api"
	"sluice/runtime"
	"sluice/throttle"
)

// DataPlane is what operations need of the data plane. What changes for it reaches
// it through the change feed of the store (control/publish), not through here.
type DataPlane interface {
	// Check tells what keeps a deployment from being served.
	Check(runtime.Deployment) api.Problems
	TestInvokeMethod(context.Context, runtime.TestMethod) (*runtime.TestResult, error)
	TestInvokeAuthorizer(context.Context, runtime.TestAuthorizer) (*runtime.AuthorizerTestResult, error)
}

// Meter is what the usage of API keys is counted by.
type Meter interface {
	Usage(context.Context, throttle.UsageQuery) ([]throttle.KeyUsage, string, error)
	UpdateUsage(ctx context.Context, planID, keyID string, remaining int64) (throttle.DayUsage, error)
}
