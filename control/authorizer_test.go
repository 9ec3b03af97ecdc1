package control

import "testing"

func TestAuthorizer(t *testing.T) { runScenarios(t, "authorizers.json") }
