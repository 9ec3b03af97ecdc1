package main

import (
	"os"
	"path/filepath"
	"testing"

	"sluice/project"
)

// The control plane is told of keys, plans and limits of project files, and which file
// has each.
func TestShownLimits(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.yaml": "openapi: 3.0.1\ninfo: {title: a, version: '1'}\npaths:\n  /:\n    get:\n      x-amazon-apigateway-integration: {type: mock}\n",
		"sluice.yaml": "apis:\n  - {definition: a.yaml, id: a, stages: [{name: dev}]}\naccount: {throttle: {rateLimit: 7}}\n" +
			"apiKeys:\n  - {id: k, value: '11111111111111111111'}\nusagePlans:\n  - {id: p, name: n, keys: [k], apiStages: [{apiId: a, stage: dev}]}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "sluice.yaml")
	loaded, problems := project.Load([]string{file}, project.Options{})
	if problems.Fatal() {
		t.Fatal(problems)
	}
	p := &controlPlane{region: "us-east-1"}
	if err := p.show(loaded); err != nil {
		t.Fatal(err)
	}
	got := p.served
	if len(got.APIs) != 1 || len(got.Keys) != 1 || len(got.Plans) != 1 || got.Account.RateLimit == nil || *got.Account.RateLimit != 7 {
		t.Fatalf("%+v", got)
	}
	if k, plan := got.Keys[0], got.Plans[0]; k.ID != "k" || k.File != file || plan.ID != "p" || plan.File != file || len(plan.Keys) != 1 {
		t.Errorf("%+v, %+v", k, plan)
	}
}
