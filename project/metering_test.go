package project

import (
	"os"
	"path/filepath"
	"testing"
)

// TestAccount: bare definitions have no account, whose limit a load test would
// meet; a project has the service's, unless it says otherwise.
func TestAccount(t *testing.T) {
	definition, err := filepath.Abs("testdata/definitions/pets.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, account string
		unlimited     bool
		rate          float64 // 0: unset, which is the service's
	}{
		{"nothing said", "", false, 0},
		{"empty", "account: {}", false, 0},
		{"unlimited", "account: {throttle: unlimited}", true, 0},
		{"a rate", "account: {throttle: {rateLimit: 0.5}}", false, 0.5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "sluice.yaml")
			src := "apis: [{definition: '" + definition + "'}]\n" + tt.account + "\n"
			if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
				t.Fatal(err)
			}
			p, problems := Load([]string{file}, Options{})
			if problems.Fatal() {
				t.Fatal(problems)
			}
			limits := p.Metering.Limits
			if limits.NoAccountLimit != tt.unlimited {
				t.Errorf("NoAccountLimit is %v", limits.NoAccountLimit)
			}
			if r := limits.Account.RateLimit; (r == nil) != (tt.rate == 0) || r != nil && *r != tt.rate {
				t.Errorf("the rate is %v", r)
			}
			if p.Metering.Dir != filepath.Dir(file) {
				t.Errorf("the directory is %q", p.Metering.Dir)
			}
		})
	}
	p, _ := Load([]string{definition}, Options{RedisURL: "redis://127.0.0.1"})
	if m := p.Metering; !m.Limits.NoAccountLimit || m.Dir != "" || m.Redis.URL != "redis://127.0.0.1" {
		t.Errorf("a bare definition has %+v", m)
	}
}

// TestTwoProjects: what several project files say is one account's.
func TestTwoProjects(t *testing.T) {
	t.Chdir(t.TempDir())
	files := map[string]string{
		"pets.yaml": "openapi: 3.0.1\ninfo: {title: Pets, version: '1'}\npaths:\n  /:\n    get:\n      responses: {'200': {description: ok}}\n      x-amazon-apigateway-integration: {type: mock}\n",
		"one.yaml":  "apis: [{definition: pets.yaml, id: one}]\naccount: {}\napiKeys: [{id: k, value: a-key-of-twenty-characters}]\n",
		"two.yaml": "apis: [{definition: pets.yaml, id: two}]\naccount: {}\nusagePlans:\n  - id: p\n    apiStages: [{apiId: one, stage: dev}, {apiId: two, stage: dev}]\n" +
			"    keys: [k]\n",
	}
	for name, src := range files {
		if err := os.WriteFile(name, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, problems := Load([]string{"two.yaml", "one.yaml"}, Options{})
	if got, want := problems.Error(), "one.yaml:2:10: account is already given at two.yaml:2:10"; got != want {
		t.Errorf("the problems are:\n%s\nwant:\n%s", got, want)
	}
	if plans := p.Metering.Limits.Plans; len(plans) != 1 || len(plans[0].Stages) != 2 || len(plans[0].Keys) != 1 {
		t.Errorf("the plans are %+v", plans)
	}
}

func TestParseEncryptionKey(t *testing.T) {
	const want = "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
	for text, ok := range map[string]bool{
		"a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=":                     true,
		"a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s":                      true,
		"6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b": true,
		"6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b":                                 false,
		want:                                                               false, "": false, "not a key": false,
	} {
		key, err := parseEncryptionKey(text)
		if (err == nil) != ok || ok && string(key) != want {
			t.Errorf("%q gives %q (%v)", text, key, err)
		}
	}
}
