package control

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"sluice/api"
	"sluice/control/patch"
)

// everyMethod is the key of the setting of all methods that have none of their own.
const everyMethod = "*/*"

// stagePaths is what the service prints of the paths that a stage has, with its gaps
// (recorded).
const stagePaths = "[/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, " +
	"/{resourcePath}/{httpMethod}/metrics/enabled, /{resourcePath}/{httpMethod}/logging/dataTrace, /{resourcePath}/{httpMethod}/logging/loglevel, " +
	"/{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit/{resourcePath}/{httpMethod}/caching/ttlInSeconds, " +
	"/{resourcePath}/{httpMethod}/caching/enabled, /{resourcePath}/{httpMethod}/caching/dataEncrypted, /{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, " +
	"/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, " +
	"/*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, " +
	"/*/*/caching/enabled, /*/*/caching/dataEncrypted, /*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, " +
	"/variables/{variable_name}, /tracingEnabled]"

// patchSetting applies an operation whose path is none of the stage's own: one on a
// method's setting, /{resource path}/{method}/{setting}, or on all of them,
// /{resource path}/{method}, which can be removed only. The resource path is one
// segment: its slashes are ~1, and the first one may be left out.
func patchSetting(s *api.Stage, o patch.Operation) error {
	unknown := badRequest("Invalid method setting path: %s. Must be one of: %s", o.Path, stagePaths)
	segments := strings.Split(strings.TrimPrefix(o.Path, "/"), "/")
	if !strings.HasPrefix(o.Path, "/") || len(segments) < 2 || segments[0] == "" {
		return unknown
	}
	key := settingKey(s, segments[0], segments[1])
	if key != everyMethod && (segments[0] == "*" || !slices.Contains(methodVerbs(), segments[1])) {
		return unknown
	}
	if len(segments) == 2 && o.Op == patch.Remove {
		if s.MethodSettings[key] == nil {
			return badRequest("Cannot remove method setting %s because there is no method setting for this method ", key)
		}
		delete(s.MethodSettings, key)
		return nil
	}
	if len(segments) != 4 {
		return unknown
	}
	set := settings()[segments[2]+"/"+segments[3]]
	if set == nil {
		return unknown
	}
	if o.Op != patch.Replace {
		return &patch.Invalid{Message: "Invalid patch operation specified. Must be one of: [replace]"}
	}
	entry := s.MethodSettings[key]
	if entry == nil {
		entry = newSetting(s)
		if s.MethodSettings == nil {
			s.MethodSettings = map[string]*api.MethodSetting{}
		}
		s.MethodSettings[key] = entry
	}
	return set(entry, o)
}

// settingKey is the key of a method's setting: as the path has it (recorded), unless
// there is one that differs by the resource path's first slash only.
func settingKey(s *api.Stage, path, verb string) string {
	key := path + "/" + verb
	other := "~1" + key
	if bare, ok := strings.CutPrefix(key, "~1"); ok && !strings.HasPrefix(bare, "/") {
		other = bare
	}
	if s.MethodSettings[key] == nil && s.MethodSettings[other] != nil {
		return other
	}
	return key
}

// newSetting is a setting with nothing set: that of all methods at the moment, or the
// service's defaults (recorded).
func newSetting(s *api.Stage) *api.MethodSetting {
	if all := s.MethodSettings[everyMethod]; all != nil {
		m := *all
		return &m
	}
	return &api.MethodSetting{
		ThrottlingBurstLimit: 5000, ThrottlingRateLimit: 10000, CacheTTLInSeconds: 300,
		RequireAuthorizationForCacheControl: true, UnauthorizedCacheControlHeaderStrategy: "SUCCEED_WITH_RESPONSE_HEADER",
	}
}

// patchMethodSettings replaces all settings by those of the value: a JSON object as
// GetStage shows it. The reference lists the path without the form of its value, which is
// that of the other whole maps.
func patchMethodSettings(s *api.Stage, o patch.Operation, _ []string) error {
	var in map[string]map[string]json.RawMessage
	if json.Unmarshal([]byte(o.Text()), &in) != nil || in == nil {
		return badRequest("Invalid value for %s: it must be a JSON object of method settings", o.Path)
	}
	s.MethodSettings = map[string]*api.MethodSetting{}
	for _, key := range sortedKeys(in) { // */* comes first
		if len(in[key]) == 0 {
			return badRequest("Invalid value for %s: %s has no settings", o.Path, key)
		}
		for _, member := range sortedKeys(in[key]) {
			text := string(in[key][member])
			if err := json.Unmarshal(in[key][member], &text); err != nil {
				text = string(in[key][member]) // a number or a boolean
			}
			setting, ok := settingPaths()[member]
			if !ok {
				return badRequest("Invalid value for %s: %s is no method setting", o.Path, member)
			}
			if err := patchSetting(s, patch.Operation{Op: patch.Replace, Path: "/" + key + "/" + setting, Value: &text}); err != nil {
				return err
			}
		}
	}
	return nil
}

// settingPaths are the paths of the members of a method's setting.
func settingPaths() map[string]string {
	return map[string]string{
		"metricsEnabled":                         "metrics/enabled",
		"loggingLevel":                           "logging/loglevel",
		"dataTraceEnabled":                       "logging/dataTrace",
		"throttlingBurstLimit":                   "throttling/burstLimit",
		"throttlingRateLimit":                    "throttling/rateLimit",
		"cachingEnabled":                         "caching/enabled",
		"cacheTtlInSeconds":                      "caching/ttlInSeconds",
		"cacheDataEncrypted":                     "caching/dataEncrypted",
		"requireAuthorizationForCacheControl":    "caching/requireAuthorizationForCacheControl",
		"unauthorizedCacheControlHeaderStrategy": "caching/unauthorizedCacheControlHeaderStrategy",
	}
}

type setSetting func(*api.MethodSetting, patch.Operation) error

// settings are what sets each setting (service model: MethodSetting).
func settings() map[string]setSetting {
	flag := func(member func(*api.MethodSetting) *bool) setSetting {
		return func(m *api.MethodSetting, o patch.Operation) error {
			*member(m) = o.Bool()
			return nil
		}
	}
	option := func(name string, member func(*api.MethodSetting) *string, options ...string) setSetting {
		return func(m *api.MethodSetting, o patch.Operation) error {
			if *member(m) = o.Text(); !slices.Contains(options, o.Text()) {
				return badOption(name, options)
			}
			return nil
		}
	}
	return map[string]setSetting{
		"metrics/enabled":       flag(func(m *api.MethodSetting) *bool { return &m.MetricsEnabled }),
		"logging/loglevel":      option("LoggingLevel", func(m *api.MethodSetting) *string { return &m.LoggingLevel }, "OFF", "ERROR", "INFO"),
		"logging/dataTrace":     flag(func(m *api.MethodSetting) *bool { return &m.DataTraceEnabled }),
		"throttling/burstLimit": setBurst,
		"throttling/rateLimit":  setRate,
		"caching/enabled":       flag(func(m *api.MethodSetting) *bool { return &m.CachingEnabled }),
		"caching/ttlInSeconds":  setTTL,
		"caching/dataEncrypted": flag(func(m *api.MethodSetting) *bool { return &m.CacheDataEncrypted }),
		"caching/requireAuthorizationForCacheControl": flag(func(m *api.MethodSetting) *bool {
			return &m.RequireAuthorizationForCacheControl
		}),
		"caching/unauthorizedCacheControlHeaderStrategy": option("UnauthorizedCacheControlHeaderStrategy",
			func(m *api.MethodSetting) *string { return &m.UnauthorizedCacheControlHeaderStrategy },
			"FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER"),
	}
}

// setBurst and setRate take -1, which clients send for a limit that is not set.
func setBurst(m *api.MethodSetting, o patch.Operation) error {
	n, err := strconv.ParseInt(o.Text(), 10, 32)
	if err != nil || n < -1 {
		return badRequest("Invalid throttling burst limit specified: %s", o.Text())
	}
	m.ThrottlingBurstLimit = int(n)
	return nil
}

func setRate(m *api.MethodSetting, o patch.Operation) error {
	f, err := strconv.ParseFloat(o.Text(), 64)
	if err != nil || !(f >= 0 || f == -1) || f > maxRate {
		return badRequest("Invalid throttling rate limit specified: %s", o.Text())
	}
	m.ThrottlingRateLimit = api.Double(f)
	return nil
}

// maxRate, in requests a second, is more than anything serves; what JSON cannot write
// is above it.
const maxRate = 1e12

func setTTL(m *api.MethodSetting, o patch.Operation) error {
	n, err := strconv.Atoi(o.Text())
	if err != nil || n < 0 || n > maxCacheTTL {
		return badRequest("Invalid cache TTL specified, must be between 0 and %d", maxCacheTTL)
	}
	m.CacheTTLInSeconds = n
	return nil
}

// maxCacheTTL is in seconds (aws-facts: limits, 3).
const maxCacheTTL = 3600
