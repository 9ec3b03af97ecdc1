package cache

import (
	"strings"
	"testing"

	"sluice/api"
)

func TestParameters(t *testing.T) {
	var cases []struct {
		Name, Type, Error, Warning string
		Declared                   bool
	}
	load(t, "parameters.json", &cases)
	s := newCache(t, Options{}).Stage("api1", "prod")
	for _, c := range cases {
		o := methodOf(c.Name)
		if c.Type != "" {
			o.Method.MethodIntegration.Type = c.Type
		}
		if !c.Declared {
			o.Method.RequestParameters = nil
		}
		o.Method.MethodIntegration.RequestParameters = map[string]string{
			"integration.request.header.mapped":      "method.request.querystring.q",
			"integration.request.querystring.static": "'x'",
			"integration.request.path.context":       "context.requestId",
			"integration.request.header.broken":      "method.request.nowhere.x",
		}
		m, problems := s.Method(o)
		want := []Problem(nil)
		if c.Error != "" {
			want = []Problem{{Parameter: c.Name, Message: c.Error}}
		} else if c.Warning != "" {
			want = []Problem{{Parameter: c.Name, Message: c.Warning, Warning: true}}
		}
		if len(problems) == 1 && len(want) == 1 && strings.HasPrefix(problems[0].Message, want[0].Message) {
			problems[0].Message = want[0].Message // what follows is the expression compiler's own
		}
		if len(problems) != len(want) || len(want) == 1 && problems[0] != want[0] {
			t.Errorf("%q: problems\n%v, want\n%v", c.Name, problems, want)
		}
		if (m == nil) != (c.Error != "") {
			t.Errorf("%q: method %v", c.Name, m)
		}
	}
}

func TestMethodSettings(t *testing.T) {
	s := newCache(t, Options{}).Stage("api1", "prod")
	cases := []struct {
		setting api.MethodSetting
		message string
		cached  bool
	}{
		{api.MethodSetting{CacheTTLInSeconds: 0}, "", false},
		{api.MethodSetting{CacheTTLInSeconds: 1}, "", true},
		{api.MethodSetting{CacheTTLInSeconds: 3600}, "", true},
		{api.MethodSetting{CacheTTLInSeconds: 3601}, "cacheTtlInSeconds 3601 is not between 0 and 3600", false},
		{api.MethodSetting{CacheTTLInSeconds: -1}, "cacheTtlInSeconds -1 is not between 0 and 3600", false},
		{api.MethodSetting{CacheTTLInSeconds: 1, CacheDataEncrypted: true}, "", true},
		{
			api.MethodSetting{CacheTTLInSeconds: 1, UnauthorizedCacheControlHeaderStrategy: "FAIL"},
			`unauthorizedCacheControlHeaderStrategy "FAIL" is not FAIL_WITH_403, SUCCEED_WITH_RESPONSE_HEADER or SUCCEED_WITHOUT_RESPONSE_HEADER`, false,
		},
	}
	for _, c := range cases {
		o := methodOf()
		o.Setting = &c.setting
		m, problems := s.Method(o)
		if (m != nil) != c.cached {
			t.Errorf("%+v: %v", c.setting, m)
		}
		if c.message == "" && len(problems) != 0 || c.message != "" && (len(problems) != 1 || problems[0].Message != c.message || problems[0].Warning) {
			t.Errorf("%+v: %v", c.setting, problems)
		}
	}
	o := methodOf()
	o.Method.MethodIntegration.ResponseTransferMode = "STREAM"
	if m, problems := s.Method(o); m != nil || len(problems) != 1 || !problems[0].Warning {
		t.Errorf("streamed: %v, %v", m, problems)
	}
	o = methodOf()
	o.Method.MethodIntegration = nil
	if m, problems := s.Method(o); m != nil || len(problems) != 1 {
		t.Errorf("without integration: %v, %v", m, problems)
	}
}

func TestSizeClasses(t *testing.T) {
	c := newCache(t, Options{BytesPerGB: 1000, MaxBytes: 100_000})
	want := map[string]uint64{"": 500, "0.5": 500, "1.6": 1600, "6.1": 6100, "13.5": 13500, "28.4": 28400, "58.2": 58200, "118": 100_000, "237": 100_000}
	for size, bytes := range want {
		class, err := sizeClass(size)
		if err != nil || c.options.bytesOf(class) != bytes {
			t.Errorf("%q: %d, %v", size, c.options.bytesOf(class), err)
		}
	}
	for _, size := range []string{"0", "1", "0.50", "x", "500"} {
		if err := c.Stage("a", "b").Configure(true, size); err == nil {
			t.Errorf("size %q is taken", size)
		}
	}
}
