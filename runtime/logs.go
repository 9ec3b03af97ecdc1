package runtime

import (
	"strings"

	"sluice/api"
	"sluice/runtime/executionlog"
)

// canaryLog is what the names of a canary's log groups end in (aws-facts: data
// plane, section 15).
const canaryLog = "/Canary"

// openLogs finds what the stage's logs go to.
func (g *Gateway) openLogs(s *Stage, settings *api.Stage) {
	arn := ""
	if a := settings.AccessLogSettings; a != nil {
		arn = a.DestinationArn
	}
	if s.base != nil {
		g.openLogsOf(s, s.base, arn, "")
	}
	if s.canary != nil {
		g.openLogsOf(s, s.canary, canaryDestination(arn), canaryLog)
	}
}

func (g *Gateway) openLogsOf(s *Stage, d *deployment, arn, suffix string) {
	if s.accessLog != nil {
		d.accessLog = g.options.AccessLog
		if find := g.options.AccessLogs; find != nil && arn != "" {
			if l := find(arn); l != nil {
				d.accessLog = l
			}
		}
	}
	d.executionLog = g.options.ExecutionLog
	logged := false
	for _, m := range d.methods {
		logged = logged || m.logging.Level != executionlog.Off
	}
	if find := g.options.ExecutionLogs; find != nil && logged {
		if l := find(s.region, s.apiID, s.name+suffix); l != nil {
			d.executionLog = l
		}
	}
}

// canaryDestination is where a canary's access log goes: a group of its own beside
// the stage's; a delivery stream takes both.
func canaryDestination(arn string) string {
	if !strings.Contains(arn, ":log-group:") {
		return arn
	}
	if group, ok := strings.CutSuffix(arn, ":*"); ok {
		return group + canaryLog + ":*"
	}
	return arn + canaryLog
}
