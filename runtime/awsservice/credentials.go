package awsservice

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Credentials are what a request is signed with.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	Expires                                    time.Time // zero: never
}

const (
	// refreshBefore is how long before their end credentials are fetched anew, in
	// the background.
	refreshBefore = 5 * time.Minute
	// uselessBefore is how long before their end credentials are not used any
	// more: a request takes time, and clocks differ.
	uselessBefore = 10 * time.Second
	// retryAfter is how long a failure to fetch is remembered, so that requests
	// do not queue up behind a service that is down.
	retryAfter = 2 * time.Second
	// fetchTimeout bounds one fetch, which goes on when requests no longer wait.
	fetchTimeout = 30 * time.Second
)

// source is where credentials come from: the chain, or a role. They are fetched
// by one goroutine at a time, never by a request itself.
type source struct {
	services *Services
	name     string // for logs
	text     string // for the execution log, when there are none
	fetch    func(context.Context) (Credentials, error)

	current atomic.Pointer[Credentials]
	mu      sync.Mutex
	running *attempt
	failed  *Error // the last fetch, unless it went well
	since   time.Time
}

// attempt is a fetch on its way. err is set before done is closed.
type attempt struct {
	done chan struct{}
	err  *Error
}

func (s *Services) newSource(name string, fetch func(context.Context) (Credentials, error)) *source {
	return &source{services: s, name: name, text: "There are no AWS credentials to sign the request with", fetch: fetch}
}

// get returns credentials that are good at now. It waits only when there are
// none: not beyond the deadline, nor longer than the services' timeout.
func (s *source) get(now, deadline time.Time) (*Credentials, error) {
	if c := s.current.Load(); c != nil {
		switch {
		case c.Expires.IsZero() || now.Before(c.Expires.Add(-refreshBefore)):
			return c, nil
		case now.Before(c.Expires.Add(-uselessBefore)):
			s.start() // its failure is logged, and tried again later
			return c, nil
		}
	}
	a, failed := s.start()
	if failed != nil {
		return nil, failed
	}
	wait := s.services.timeout
	if !deadline.IsZero() {
		wait = min(wait, deadline.Sub(now))
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-a.done:
		if a.err != nil {
			return nil, a.err
		}
		return s.current.Load(), nil
	case <-timer.C:
		return nil, &Error{Kind: KindCredentials, Log: s.text, Err: context.DeadlineExceeded}
	}
}

// start starts a fetch, or joins the one that runs. After a failure there is a
// pause, during which the failure is the answer.
func (s *source) start() (*attempt, *Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil {
		return s.running, nil
	}
	if s.failed != nil && time.Since(s.since) < retryAfter {
		return nil, s.failed
	}
	a := &attempt{done: make(chan struct{})}
	s.running = a
	go s.run(a)
	return a, nil
}

func (s *source) run(a *attempt) {
	ctx, cancel := context.WithTimeout(s.services.ctx, fetchTimeout)
	defer cancel()
	c, err := s.fetch(ctx)
	if err == nil && (c.AccessKeyID == "" || c.SecretAccessKey == "") {
		err = errEmpty
	}
	if err != nil {
		a.err = &Error{Kind: KindCredentials, Log: s.text, Err: err}
		s.services.log.Warn("no AWS credentials", "source", s.name, "error", err)
	} else {
		s.current.Store(&c)
	}
	s.mu.Lock()
	s.running, s.failed, s.since = nil, a.err, time.Now()
	s.mu.Unlock()
	close(a.done)
}
