package cache

import (
	"testing"

	"sluice/api"
)

func TestSetting(t *testing.T) {
	var data struct {
		Settings map[string]*api.MethodSetting
		Cases    []struct {
			Path, Verb string
			TTL        int
			Enabled    bool
		}
	}
	load(t, "settings.json", &data)
	stage := &api.Stage{MethodSettings: data.Settings}
	for _, c := range data.Cases {
		s, enabled := Setting(stage, c.Path, c.Verb)
		if s == nil || s.CacheTTLInSeconds != c.TTL || enabled != c.Enabled {
			t.Errorf("%s %s: %+v, %v", c.Verb, c.Path, s, enabled)
		}
	}
}

func TestNoSetting(t *testing.T) {
	if s, enabled := Setting(&api.Stage{}, "/x", "GET"); s != nil || enabled {
		t.Errorf("%v, %v", s, enabled)
	}
}
