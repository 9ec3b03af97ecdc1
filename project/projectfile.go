package project

import (
	"bytes"
	"path/filepath"
	"strconv"
	"strings"

	"sluice/api"
)

// loadProjectFile reads a sluice.yaml. Paths in it are relative to the file.
func (l *loader) loadProjectFile(file string, src []byte) {
	root, at, err := parseYAML(file, bytes.TrimPrefix(src, []byte("\xef\xbb\xbf")))
	if err != nil {
		l.problem(at, "%s", err)
		return
	}
	if !l.checkSchema(root) {
		l.noteDefinitions(root, file)
		return
	}
	if n := root.get("region"); n != nil {
		l.project.Region = n.text
	}
	if n := root.get("accountId"); n != nil {
		l.project.AccountID = n.text
	}
	l.readLog(root.get("log"), file)
	l.readSurroundings(root, file)
	l.readMetering(root, file)
	ids := map[string]api.Place{}
	for _, n := range root.get("apis").items {
		e := entry{
			place:      n.at,
			definition: relativeTo(file, n.get("definition").text),
			from:       file,
			named:      n.get("definition").at,
		}
		if b := n.get("basePath"); b != nil {
			e.basePath = b.text
		}
		if id := n.get("id"); id != nil {
			e.id, e.place = id.text, id.at
			if first, ok := ids[e.id]; ok {
				l.problem(id.at, "API id %q is already taken at %s", e.id, first)
				continue
			}
			ids[e.id] = id.at
		}
		for _, s := range itemsOf(n.get("stages")) {
			e.stages = append(e.stages, stageEntry{node: s, stage: l.readStage(s)})
		}
		l.checkStageNames(e.stages)
		l.deploy(e)
	}
}

func itemsOf(n *node) []*node {
	if n == nil {
		return nil
	}
	return n.items
}

// noteDefinitions notes the definitions that a project file names although the
// file itself is wrong, so that they are watched.
func (l *loader) noteDefinitions(root *node, file string) {
	for _, n := range itemsOf(root.get("apis")) {
		if d := n.get("definition"); d != nil && d.text != "" {
			l.note(relativeTo(file, d.text))
		}
	}
}

func relativeTo(file, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}

func (l *loader) readLog(n *node, file string) {
	if n == nil {
		return
	}
	log := &l.project.Log
	if v := n.get("level"); v != nil {
		log.Level = v.text
	}
	if v := n.get("format"); v != nil {
		log.Format = v.text
	}
	if a := n.get("access"); a != nil {
		if log.AccessPath = a.get("path").text; log.AccessPath != "-" {
			log.AccessPath = relativeTo(file, log.AccessPath)
		}
		if v := a.get("format"); v != nil {
			if _, err := AccessLogFormat(v.text); err != nil {
				l.problem(v.at, "%s", err)
			} else {
				log.AccessFormat = v.text
			}
		}
	}
}

// readStage reads one stage, which fits the schema.
func (l *loader) readStage(n *node) *api.Stage {
	s := &api.Stage{StageName: n.get("name").text, Variables: readVariables(n.get("variables"))}
	if v := n.get("description"); v != nil {
		s.Description = v.text
	}
	if v := n.get("tracing"); v != nil {
		s.TracingEnabled = v.value == true
	}
	if v := n.get("cacheClusterEnabled"); v != nil {
		s.CacheClusterEnabled = v.value == true
	}
	if v := n.get("cacheClusterSize"); v != nil {
		if s.CacheClusterSize = v.text; v.number() != 0 {
			s.CacheClusterSize = strconv.FormatFloat(v.number(), 'f', -1, 64)
		}
	}
	if v := n.get("accessLog"); v != nil {
		if format, err := AccessLogFormat(v.get("format").text); err != nil {
			l.problem(v.get("format").at, "%s", err)
		} else {
			s.AccessLogSettings = &api.AccessLogSettings{Format: format}
			if d := v.get("destination"); d != nil {
				s.AccessLogSettings.DestinationArn = d.text
			}
		}
	}
	if v := n.get("methodSettings"); v != nil {
		s.MethodSettings = map[string]*api.MethodSetting{}
		for _, m := range v.members {
			key, ok := methodSettingKey(m.key)
			if !ok {
				l.problem(m.at, "method setting %q must be */*, or a resource path and a method as in /pets/{id}/GET", m.key)
				continue
			}
			if _, ok := s.MethodSettings[key]; ok {
				l.problem(m.at, "method setting %q is given twice", m.key)
				continue
			}
			s.MethodSettings[key] = readMethodSetting(m.value)
		}
	}
	if v := n.get("canary"); v != nil {
		s.CanarySettings = &api.CanarySettings{
			PercentTraffic:         api.Double(v.get("percentTraffic").number()),
			StageVariableOverrides: readVariables(v.get("stageVariableOverrides")),
		}
		if u := v.get("useStageCache"); u != nil {
			s.CanarySettings.UseStageCache = u.value == true
		}
	}
	l.checkStage(s, func(part ...string) api.Place {
		_, at := follow(n, part)
		return at
	})
	return s
}

func (l *loader) checkStageNames(stages []stageEntry) {
	seen := map[string]api.Place{}
	for _, s := range stages {
		at := s.node.get("name").at
		if first, ok := seen[s.stage.StageName]; ok {
			l.problem(at, "stage %q is already declared at %s", s.stage.StageName, first)
			continue
		}
		seen[s.stage.StageName] = at
	}
}

func (n *node) number() float64 {
	switch v := n.value.(type) {
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	case float64:
		return v
	}
	return 0
}

func readVariables(n *node) map[string]string {
	if n == nil || len(n.members) == 0 {
		return nil
	}
	out := make(map[string]string, len(n.members))
	for _, m := range n.members {
		out[m.key] = m.value.text
	}
	return out
}

// readMethodSetting reads one setting over the service's defaults.
func readMethodSetting(n *node) *api.MethodSetting {
	s := &api.MethodSetting{
		LoggingLevel:                           "OFF",
		ThrottlingBurstLimit:                   -1,
		ThrottlingRateLimit:                    -1,
		CacheTTLInSeconds:                      300,
		RequireAuthorizationForCacheControl:    true,
		UnauthorizedCacheControlHeaderStrategy: "SUCCEED_WITH_RESPONSE_HEADER",
	}
	if v := n.get("loggingLevel"); v != nil {
		s.LoggingLevel = v.text
	}
	if v := n.get("dataTraceEnabled"); v != nil {
		s.DataTraceEnabled = v.value == true
	}
	if v := n.get("metricsEnabled"); v != nil {
		s.MetricsEnabled = v.value == true
	}
	if v := n.get("throttlingRateLimit"); v != nil {
		s.ThrottlingRateLimit = api.Double(v.number())
	}
	if v := n.get("throttlingBurstLimit"); v != nil {
		s.ThrottlingBurstLimit = int(v.number())
	}
	if v := n.get("cachingEnabled"); v != nil {
		s.CachingEnabled = v.value == true
	}
	if v := n.get("cacheTtlInSeconds"); v != nil {
		s.CacheTTLInSeconds = int(v.number())
	}
	if v := n.get("cacheDataEncrypted"); v != nil {
		s.CacheDataEncrypted = v.value == true
	}
	if v := n.get("requireAuthorizationForCacheControl"); v != nil {
		s.RequireAuthorizationForCacheControl = v.value == true
	}
	if v := n.get("unauthorizedCacheControlHeaderStrategy"); v != nil {
		s.UnauthorizedCacheControlHeaderStrategy = v.text
	}
	return s
}

// methodSettingKey turns the spelling of a project file into the wire's key:
// "/pets/{id}/GET" and "~1pets~1{id}/GET" are both "~1pets~1{id}/GET".
func methodSettingKey(key string) (string, bool) {
	if key == "*/*" {
		return key, true
	}
	i := strings.LastIndexByte(key, '/')
	if i < 0 {
		return "", false
	}
	path, method := key[:i], key[i+1:]
	if path == "" {
		path = "/"
	}
	path = strings.ReplaceAll(path, "~1", "/")
	if !strings.HasPrefix(path, "/") || !isMethod(method) {
		return "", false
	}
	return strings.ReplaceAll(path, "/", "~1") + "/" + method, true
}

func isMethod(m string) bool {
	switch m {
	case "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", api.MethodAny:
		return true
	}
	return false
}
