package cache

import (
	"strings"

	"sluice/api"
)

// Setting finds the setting that decides about caching a method of a stage, and
// whether it enables it. path is the resource's, verb a concrete method (GET, ...;
// for an ANY method each verb is asked for by itself).
//
// A setting for exactly this method decides alone. Without one, the setting for
// the resource's ANY, else the stage's (*/*) decides, and it enables only GET:
// other methods have effects, so the service caches them only where a setting
// names them (aws-facts: data plane, section 15).
func Setting(stage *api.Stage, path, verb string) (s *api.MethodSetting, enabled bool) {
	if s = setting(stage, path, verb); s == nil {
		if s = setting(stage, path, api.MethodAny); s == nil {
			s = stage.MethodSettings["*/*"]
		}
		return s, s != nil && s.CachingEnabled && verb == "GET"
	}
	return s, s.CachingEnabled
}

// setting finds the setting of one method. Keys write the path with ~1 for its
// slashes, or plainly without the first (aws-facts: control plane, UpdateStage).
func setting(stage *api.Stage, path, verb string) *api.MethodSetting {
	if s := stage.MethodSettings[strings.ReplaceAll(path, "/", "~1")+"/"+verb]; s != nil {
		return s
	}
	bare := strings.TrimPrefix(path, "/")
	if s := stage.MethodSettings[bare+"/"+verb]; s != nil {
		return s
	}
	return stage.MethodSettings[strings.ReplaceAll(bare, "/", "~1")+"/"+verb]
}
