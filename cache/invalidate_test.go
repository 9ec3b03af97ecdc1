package cache

import (
	"testing"

	"sluice/api"
)

func TestJudge(t *testing.T) {
	var cases []struct {
		Require  bool
		Strategy string
		May      bool
		Want     string
	}
	load(t, "invalidation.json", &cases)
	names := map[Verdict]string{Serve: "serve", ServeWithWarning: "serve with warning", Refresh: "refresh", Refuse: "refuse"}
	s := newCache(t, Options{}).Stage("api1", "prod")
	for _, c := range cases {
		o := methodOf()
		o.Setting = &api.MethodSetting{
			CachingEnabled: true, CacheTTLInSeconds: 1,
			RequireAuthorizationForCacheControl: c.Require, UnauthorizedCacheControlHeaderStrategy: c.Strategy,
		}
		m := compile(t, s, o)
		if got := names[m.Judge(c.May)]; got != c.Want || m.RequiresAuthorization() != c.Require {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
