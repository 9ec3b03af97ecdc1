package control

import (
	"encoding/json"
	"testing"

	"sluice/api"
	"sluice/control/patch"
)

// FuzzPatchStage: whatever an operation says, it is applied or refused, what is left
// can be written, and a key of a setting stands for one method.
func FuzzPatchStage(f *testing.F) {
	for _, path := range []string{
		"/*/*/throttling/rateLimit", "/~1a~1{b}/GET/caching/ttlInSeconds", "/a/GET", "/variables/v", "/canarySettings/percentTraffic",
		"/canarySettings/stageVariableOverrides", "/accessLogSettings/format", "/~1/ANY/logging/loglevel", "//GET/metrics/enabled", "/~",
	} {
		for _, op := range []string{patch.Add, patch.Replace, patch.Remove, patch.Copy} {
			f.Add(op, path, "1", "/canarySettings/deploymentId")
		}
	}
	f.Fuzz(func(t *testing.T, op, path, value, from string) {
		s := newStage("dev", &api.Timestamp{Time: testTime()})
		_ = patchStage(s, []patch.Operation{{Op: op, Path: path, Value: &value, From: from}, {Op: op, Path: path, Value: &value, From: from}})
		if len(s.MethodSettings) > 1 {
			t.Errorf("one path makes the settings %v", s.MethodSettings)
		}
		if s.CanarySettings != nil && !(s.CanarySettings.PercentTraffic >= 0 && s.CanarySettings.PercentTraffic <= 100) {
			return // refused afterwards
		}
		if _, err := json.Marshal(s); err != nil {
			t.Error(err)
		}
		_ = checkAccessLog(s.AccessLogSettings)
		_ = checkStageVariables(s.Variables)
	})
}
