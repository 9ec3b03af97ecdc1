package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sluice/authorizers/sigv4"
	"sluice/control"
	"sluice/control/store"
	"sluice/mapping"
	"sluice/project"
)

// controlPlane is the control plane of a server. Its store is opened when it is first
// called, or at the start if there is something in it to serve: serving a definition
// leaves no files behind.
type controlPlane struct {
	flags   *controlFlags
	dir     string // of the store's file
	gateway *gateway
	log     *slog.Logger
	region  string
	account string
	apis    atomic.Pointer[string] // host:port that the APIs are served on, once they are

	mu      sync.Mutex
	served  control.Served
	server  *control.Server // nil: not open
	store   store.Store
	stop    context.CancelFunc
	running sync.WaitGroup

	apart *http.Server // of --control-listen; nil: none
}

// openTime bounds how long opening the store may take.
const openTime = 15 * time.Second

// openIfKept opens the store if there may be something in it.
func (p *controlPlane) openIfKept() error {
	if p.flags.Ephemeral {
		return nil
	}
	if p.flags.Store == "" {
		if _, err := os.Stat(filepath.Join(p.dir, controlFile)); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return fmt.Errorf("look for what the control plane keeps: %w", err)
		}
	}
	_, err := p.open()
	return err
}

// open opens the store, has the data plane follow it, and returns what answers calls.
func (p *controlPlane) open() (*control.Server, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.server != nil {
		return p.server, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), openTime)
	defer cancel()
	s, err := p.openStore(ctx)
	if err != nil {
		return nil, fmt.Errorf("open what the control plane keeps: %w", err)
	}
	publisher, err := control.StartPublisher(ctx, control.PublisherOptions{Store: s, Traffic: p.gateway.Gateway, Limits: p.gateway.metering.limiter, Log: p.log})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	metered := publisher.Metered
	p.gateway.metering.foreign.Store(&metered)
	o := control.Options{
		Store: s, DataPlane: p.gateway.Gateway, Meter: p.gateway.metering.limiter,
		AccountID: p.account, DefaultRegion: p.region, Log: p.log, InvokeURL: p.invokeURL,
	}
	if p.flags.ControlAuth == authSigV4 {
		o.Authenticate = p.authenticate
	}
	server := control.New(o)
	if err := server.SetServed(p.served); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	running, stop := context.WithCancel(context.Background())
	p.running.Go(func() {
		if err := s.Run(running); err != nil && running.Err() == nil {
			p.log.Error("changes of other nodes are not followed any more", "error", err)
		}
	})
	p.server, p.store, p.stop = server, s, stop
	return server, nil
}

// invokeURL is where a stage is served.
func (p *controlPlane) invokeURL(apiID, stage string) string {
	return "http://" + *p.apis.Load() + "/_aws/execute-api/" + apiID + "/" + stage
}

func (p *controlPlane) openStore(ctx context.Context) (store.Store, error) {
	switch {
	case p.flags.Ephemeral:
		return store.OpenMemory()
	case p.flags.Store != "":
		return store.OpenPostgres(ctx, p.flags.Store)
	}
	if err := makeDataDir(p.dir); err != nil {
		return nil, fmt.Errorf("%w; --data-dir says where, --ephemeral keeps it in memory", err)
	}
	s, err := store.OpenSQLite(ctx, filepath.Join(p.dir, controlFile))
	if err != nil {
		return nil, fmt.Errorf("%w; --data-dir says where, each process needs its own, --ephemeral keeps it in memory", err)
	}
	return s, nil
}

// ServeHTTP answers a call.
func (p *controlPlane) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s, err := p.open()
	if err != nil {
		p.log.Error("the control plane does not answer", "error", err)
		w.Header()["x-amzn-ErrorType"] = []string{"ServiceUnavailableException"}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"message":"What the control plane keeps cannot be opened; the log says why."}`))
		return
	}
	s.ServeHTTP(w, r)
}

// show has the control plane show what is served from files.
func (p *controlPlane) show(t *project.Project) error {
	all := control.Served{APIs: servedAPIs(t, p.region), Account: t.Metering.Limits.Account}
	for _, k := range t.Metering.Limits.Keys {
		all.Keys = append(all.Keys, control.ServedKey{Key: k, File: t.Metering.KeyPlaces[k.ID].File})
	}
	for _, plan := range t.Metering.Limits.Plans {
		all.Plans = append(all.Plans, control.ServedPlan{Plan: plan, File: t.Metering.PlanPlaces[plan.ID].File})
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.served = all
	if p.server == nil {
		return nil
	}
	return p.server.SetServed(all)
}

// servedAPIs are the APIs of a project, each with its stages.
func servedAPIs(t *project.Project, region string) []control.ServedAPI {
	var list []control.ServedAPI
	at := map[string]int{}
	for _, d := range t.Deployments {
		i, ok := at[d.APIID]
		if !ok {
			i = len(list)
			at[d.APIID] = i
			list = append(list, control.ServedAPI{Region: region, File: d.Definition, Snapshot: d.Snapshot})
		}
		stage := *d.Stage
		if stage.DeploymentID == "" {
			stage.DeploymentID = d.Snapshot.DeploymentID
		}
		list[i].Stages = append(list[i].Stages, &stage)
	}
	return list
}

// authenticate tells whose signature a request has (--control-auth sigv4).
func (p *controlPlane) authenticate(r *http.Request, region string, body []byte) (control.Caller, error) {
	wire := sigv4.Request{Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Body: body}
	wire.Header = append(wire.Header, mapping.Pair{Name: "Host", Value: r.Host})
	for name, values := range r.Header {
		for _, v := range values {
			wire.Header = append(wire.Header, mapping.Pair{Name: name, Value: strings.TrimSpace(v)})
		}
	}
	caller, refusal := p.gateway.credentials.Authenticate(&wire, sigv4.Scope{Region: region, Service: "apigateway"}, time.Now())
	if refusal != nil {
		return control.Caller{}, &control.Error{Type: refusal.ErrorType, Status: refusal.Status, Message: refusal.Message}
	}
	if !caller.Root() {
		return control.Caller{}, &control.Error{
			Type: "AccessDeniedException", Status: http.StatusForbidden,
			Message: "User: " + caller.ARN + " is not authorized to perform: apigateway:" + r.Method + " on resource: arn:aws:apigateway:" + region + "::" + r.URL.Path,
		}
	}
	return control.Caller{AccountID: caller.AccountID, ARN: caller.ARN, UserID: caller.UserID, AccessKey: caller.AccessKeyID}, nil
}

// errOpenControl refuses to let everybody change APIs from anywhere.
var errOpenControl = errors.New("the control plane would let everybody change APIs: --control-auth sigv4 asks for signatures, or listen on a loopback address")

// listen serves the control plane: on ln, the listener of the APIs, or on one of its
// own. It returns what to tell about it.
func (p *controlPlane) listen(ln net.Listener, address string) (told string, apart net.Listener, err error) {
	p.apis.Store(&address)
	if p.flags.ControlAuth == authSigV4 && p.gateway.credentials.Len() == 0 {
		return "", nil, errors.New("--control-auth sigv4 needs credentials: --credential, or credentials in sluice.yaml")
	}
	if p.flags.ControlListen == "" {
		if !isLoopback(ln) && p.flags.ControlAuth != authSigV4 {
			return "control plane: off (not on loopback; see --control-auth)", nil, nil
		}
		p.gateway.ServeControl(p)
		return "control plane on http://" + address + ", for requests signed for apigateway", nil, nil
	}
	if apart, err = listen("--control-listen", p.flags.ControlListen); err != nil {
		return "", nil, err
	}
	if !isLoopback(apart) && p.flags.ControlAuth != authSigV4 {
		_ = apart.Close()
		return "", nil, fmt.Errorf("--control-listen %s: %w", p.flags.ControlListen, errOpenControl)
	}
	p.apart = &http.Server{
		Handler: p, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(p.log.Handler(), slog.LevelDebug),
	}
	return "control plane on http://" + shownAddress(p.flags.ControlListen, apart), apart, nil
}

// shutdown ends the listener of the control plane, if it has one of its own.
func (p *controlPlane) shutdown(ctx context.Context) error {
	if p.apart == nil {
		return nil
	}
	return p.apart.Shutdown(ctx)
}

// close closes the store. No call may be under way.
func (p *controlPlane) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.store == nil {
		return nil
	}
	p.stop()
	p.running.Wait()
	return p.store.Close()
}

func isLoopback(ln net.Listener) bool {
	tcp, ok := ln.Addr().(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
