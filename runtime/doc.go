// Package runtime is the data plane: it executes deployed stages.
//
// What flows in: api.Snapshots and api.Stages, compiled by Compile into Stages,
// and HTTP requests. What flows out: HTTP answers, access-log lines, execution
// logs and metrics. A request goes through the steps in the order of DESIGN:
// accept, resolve, route, authorize, meter, validate, recall, request,
// integrate, response, reply; one file a step. A step returns nil or a *fault
// that names a gateway response type; only reply turns that into bytes.
//
// Stages come in two ways: all those of the definition files at once (Replace), and
// one by one from a control plane (Publish), which may leave compiling to a stage's
// first request. Custom domains (SetDomains), flushes and the test calls of methods
// and authorizers are the control plane's too. A test call takes the same steps with
// a log attached; the steps that it skips are not in its list (testSteps).
//
// It never reads a definition file, never knows the control plane, and decides
// nothing per request that Compile could have decided.
package runtime
