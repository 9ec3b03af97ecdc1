package control

import "testing"

func TestBasePathMapping(t *testing.T) { runScenarios(t, "basepathmapping.json") }
