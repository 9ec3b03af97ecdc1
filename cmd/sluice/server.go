package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"sluice/api"
	"sluice/project"
	"sluice/project/watch"
	"sluice/runtime"
	"sluice/runtime/accesslog"
	"sluice/runtime/logdelivery"
)

// drainTime is how long requests in flight may take after a signal to stop.
const drainTime = 30 * time.Second

// server is one run of the serve command.
type server struct {
	environment *environment
	command     *serveCommand
	files       []string
	options     project.Options

	project   *project.Project // as it was at the start
	settings  project.LogSettings
	formats   accessLogFormats
	log       *slog.Logger
	gateway   *gateway
	control   *controlPlane
	accessLog *accesslog.Writer       // nil without an access log
	execution *accesslog.Writer       // the execution logs
	logs      *logdelivery.Deliveries // of stages to destinations of their own; nil: not open yet
	watcher   *watch.Watcher          // nil when files are not watched
	unwatched error                   // why a file of the last load is not
}

// errStoppedAtOnce ends a server that got a second signal to stop.
var errStoppedAtOnce = errors.New("stopped at once by a second signal; requests in flight were cut off")

// serve loads files, serves them and returns after a signal to stop.
func serve(e *environment, c *serveCommand, files []string, o project.Options) error {
	s := &server{environment: e, command: c, files: files, options: o}
	if c.Watch {
		s.startWatch()
	}
	if s.watcher != nil {
		defer s.watcher.Close()
	}
	p, problems := s.load()
	if len(files) == 0 {
		p.Metering.Limits.NoAccountLimit = false // what the control plane makes belongs to an account
	}
	s.project, s.settings = p, c.settings(p)
	s.log = newLog(e.stderr, s.settings.Level, s.settings.Format)
	s.formats = formatsOf(s.settings)
	if problems.Fatal() {
		// Compile what could be read all the same: all problems show at once.
		var found api.Problems
		if g, _ := newGateway(p, s.gatewayOptions(), "", nil); g != nil {
			_, found = compile(g.Gateway, p, s.formats)
			_ = g.functions.Close()
		}
		printProblems(e.stderr, join(problems, found))
		return errReported
	}
	s.warnUnwatched()
	if err := s.openAccessLog(); err != nil {
		return err
	}
	if err := s.openExecutionLog(); err != nil {
		return err
	}
	if err := s.openLogDelivery(); err != nil {
		return err
	}
	err := s.run(problems)
	if errors.Is(err, errStoppedAtOnce) {
		return err
	}
	s.closeLogDelivery()
	if s.accessLog != nil {
		if closing := s.accessLog.Close(); closing != nil && err == nil {
			err = fmt.Errorf("close the access log: %w", closing)
		}
	}
	if closing := s.execution.Close(); closing != nil && err == nil {
		err = fmt.Errorf("close the execution log: %w", closing)
	}
	return err
}

func (s *server) gatewayOptions() runtime.Options {
	o := runtime.Options{Region: s.project.Region, AccountID: s.accountID(), Log: s.log}
	if s.accessLog != nil {
		o.AccessLog = s.accessLog
	}
	if s.execution != nil {
		o.ExecutionLog = s.execution
	}
	s.deliverLogs(&o)
	return o
}

// accountID is the account that everything belongs to.
func (s *server) accountID() string {
	if s.command.AccountID != "" {
		return s.command.AccountID
	}
	return s.project.AccountID
}

// openExecutionLog opens what execution logs are written to.
func (s *server) openExecutionLog() error {
	o := accesslog.Options{Log: s.log}
	if s.command.ExecutionLog == "" {
		s.execution = accesslog.NewWriter(os.Stderr, o)
		return nil
	}
	w, err := accesslog.Open(s.command.ExecutionLog, o)
	if err != nil {
		return fmt.Errorf("open the execution log: %w", err)
	}
	s.execution = w
	return nil
}

func (s *server) openAccessLog() error {
	if s.settings.AccessPath == "" {
		return nil
	}
	w, err := accesslog.Open(s.settings.AccessPath, accesslog.Options{Log: s.log})
	if err != nil {
		return fmt.Errorf("open the access log: %w", err)
	}
	s.accessLog = w
	return nil
}

// run serves what was loaded; problems are the warnings of loading it.
func (s *server) run(problems api.Problems) error {
	g, err := newGateway(s.project, s.gatewayOptions(), s.command.dataDir(&s.project.Metering), s.logs)
	if s.gateway = g; g != nil {
		defer s.closeFunctions()
	}
	if err != nil {
		return err
	}
	stages, found := compile(g.Gateway, s.project, s.formats)
	problems = join(problems, found)
	printProblems(s.environment.stderr, problems)
	if problems.Fatal() {
		return errReported
	}
	defer s.closeMetering()
	if err := g.metering.start(context.Background()); err != nil {
		return err
	}
	s.gateway.Replace(stages)
	s.control = &controlPlane{
		flags: &s.command.controlFlags, dir: s.command.controlDir(&s.project.Metering), gateway: g, log: s.log,
		region: s.project.Region, account: s.accountID(),
	}
	defer s.closeControl()
	if err := s.control.show(s.project); err != nil {
		return err
	}
	if err := s.control.openIfKept(); err != nil {
		return err
	}

	ln, err := listen("--listen", s.command.Listen)
	if err != nil {
		return err
	}
	defer ln.Close()
	if err := g.listensOn(ln); err != nil {
		return err
	}
	var admin net.Listener
	if s.command.AdminListen != "" {
		if admin, err = listen("--admin-listen", s.command.AdminListen); err != nil {
			return err
		}
		defer admin.Close()
	}
	address := shownAddress(s.command.Listen, ln)
	out := s.environment.stdout
	if err := writeStart(out, stages, address, s.command.AllRoutes); err != nil {
		return err
	}
	told, controls, err := s.control.listen(ln, address)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, told)
	failed := make(chan error, 3)
	if controls != nil {
		go func() { failed <- s.control.apart.Serve(controls) }()
	}
	if admin != nil {
		fmt.Fprintf(out, "admin on http://%s/_sluice/health\n", shownAddress(s.command.AdminListen, admin))
		go func() { failed <- s.gateway.ServeAdmin(admin) }()
	}
	go func() { failed <- s.gateway.Serve(ln) }()
	fmt.Fprintf(out, "sluice: ready on http://%s\n", address)
	go settleMemory()

	ctx, cancel := context.WithCancel(context.Background())
	var reloading sync.WaitGroup
	if s.watcher != nil {
		reloading.Go(func() { s.reloadOnEdits(ctx) })
	}
	defer reloading.Wait()
	defer cancel()
	for {
		select {
		case err := <-failed:
			if err == nil {
				err = errors.New("the listener was closed")
			}
			return fmt.Errorf("serve: %w", err)
		case sig := <-s.environment.signals:
			if sig == syscall.SIGHUP {
				s.rotate()
				continue
			}
			s.log.Info("stopping", "signal", sig.String())
			return s.stop()
		}
	}
}

// closeFunctions ends the functions, and the processes that they run in.
func (s *server) closeFunctions() {
	if err := s.gateway.functions.Close(); err != nil {
		s.log.Warn("functions did not end well", "error", err)
	}
}

// closeMetering writes out the usage of API keys.
func (s *server) closeMetering() {
	if err := s.gateway.metering.close(); err != nil {
		s.log.Error("usage of API keys was not written out", "error", err)
	}
}

// closeControl ends the control plane, and what it keeps is closed.
func (s *server) closeControl() {
	if err := s.control.close(); err != nil {
		s.log.Error("what the control plane keeps was not closed well", "error", err)
	}
}

// stop lets requests in flight finish.
func (s *server) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- errors.Join(s.control.shutdown(ctx), s.gateway.Shutdown(ctx)) }()
	for {
		select {
		case err := <-done:
			if err != nil {
				s.log.Warn("requests in flight were cut off", "after", drainTime, "error", err)
			}
			return nil
		case sig := <-s.environment.signals:
			if sig == syscall.SIGHUP {
				s.rotate()
				continue
			}
			s.gateway.functions.Hurry()
			return errStoppedAtOnce
		}
	}
}

// rotate opens the access log and the execution log anew.
func (s *server) rotate() {
	if err := s.execution.Rotate(); err != nil {
		s.log.Error("the execution log could not be opened anew", "error", err)
	}
	if s.accessLog == nil {
		return
	}
	if err := s.accessLog.Rotate(); err != nil {
		s.log.Error("the access log could not be opened anew", "error", err)
		return
	}
	s.log.Info("opened the access log anew", "path", s.settings.AccessPath)
}
