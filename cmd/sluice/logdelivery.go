package main

import (
	"sluice/runtime"
	"sluice/runtime/executionlog"
	"sluice/runtime/logdelivery"
	"sluice/runtime/metrics"
)

// openLogDelivery opens what brings the logs of stages to destinations of their own.
func (s *server) openLogDelivery() (err error) {
	s.logs, err = logdelivery.New(logdelivery.Options{
		Dir: s.command.AccessLogDir, Region: s.project.Region, Endpoints: s.project.Surroundings.Endpoints, Env: endpointVariable, Log: s.log,
	})
	return err
}

// deliverLogs has stages log to destinations of their own. One flag for all execution
// logs counts more than what becomes of them otherwise.
func (s *server) deliverLogs(o *runtime.Options) {
	if s.logs == nil {
		return
	}
	o.AccessLogs = func(destinationARN string) runtime.AccessLogger {
		if d := s.logs.Access(destinationARN); d != nil {
			return d
		}
		return nil
	}
	if s.command.ExecutionLog != "" {
		return
	}
	o.ExecutionLogs = func(region, apiID, stage string) executionlog.Sink {
		if d := s.logs.Execution(region, apiID, stage); d != nil {
			return d
		}
		return nil
	}
}

// closeLogDelivery delivers what waits. No request may be under way.
func (s *server) closeLogDelivery() {
	if lost := s.logs.Close(); lost > 0 {
		s.log.Warn("log lines were lost: they did not reach their destination in time", "lines", lost)
	}
}

// logFigures are what metrics show of deliveries.
func logFigures(d *logdelivery.Deliveries) []metrics.LogFigures {
	var out []metrics.LogFigures
	for _, f := range d.Figures() {
		out = append(out, metrics.LogFigures(f))
	}
	return out
}
