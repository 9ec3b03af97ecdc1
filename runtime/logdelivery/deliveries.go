package logdelivery

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"time"
	"weak"

	"sluice/runtime/awsservice"
	"sluice/runtime/backend"
)

// Options are the settings of Deliveries. The zero value of a field is its default.
type Options struct {
	// Dir is where the files of destinations lie whose service has no endpoint; it is
	// made when it is not there. "" is no files.
	Dir string
	// Region is the gateway's own; "us-east-1". The files of its destinations lie in Dir itself.
	Region string
	// Endpoints, Env and Chain are as in awsservice.Options. A chain without
	// credentials signs as test: what stands in for a service rarely looks.
	Endpoints map[string]string
	Env       func(string) string
	Chain     func(context.Context) (awsservice.Credentials, error)

	FlushInterval time.Duration // longest time a line waits for others; 250 ms
	CallTimeout   time.Duration // of one call of a service; 10 s
	RetryInterval time.Duration // before the first repetition; doubled before each further one; 100 ms
	RetryMost     time.Duration // longest time between two; 5 s
	RetryTime     time.Duration // lines that fail for longer are dropped; 10 min
	CloseTimeout  time.Duration // longest time that Close waits; 5 s

	QueueSize       int // bytes that may wait for a destination; 8 MiB
	MemorySize      int // bytes that may wait for all together, beside 8 KiB for each; 64 MiB
	MaxDestinations int // destinations that stages use at a time; 16384

	Log *slog.Logger // slog.Default()
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		v   *time.Duration
		def time.Duration
	}{
		{&o.FlushInterval, 250 * time.Millisecond},
		{&o.CallTimeout, 10 * time.Second},
		{&o.RetryInterval, 100 * time.Millisecond},
		{&o.RetryMost, 5 * time.Second},
		{&o.RetryTime, 10 * time.Minute},
		{&o.CloseTimeout, 5 * time.Second},
	} {
		if *d.v <= 0 {
			*d.v = d.def
		}
	}
	for _, d := range []struct {
		v   *int
		def int
	}{{&o.QueueSize, 8 << 20}, {&o.MemorySize, 64 << 20}, {&o.MaxDestinations, 16384}} {
		if *d.v <= 0 {
			*d.v = d.def
		}
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// maxCalls is how many calls of services are under way at a time.
const maxCalls = 64

// Deliveries knows the deliveries to all destinations. It is safe for concurrent use.
type Deliveries struct {
	o        Options
	backends *backend.Client
	process  string // makes the names of log streams this process's own
	chunks   chunks
	batches  sync.Pool
	calls    chan struct{} // holds one for each call under way
	waiting  atomic.Int64  // bytes of chunks beyond the first of each queue
	figures  [kinds]counters

	closing chan struct{}  // closed by Close: deliver what waits
	abandon chan struct{}  // closed when Close has waited long enough
	running sync.WaitGroup // goroutines that deliver
	reports reports

	mu     sync.Mutex
	closed bool
	around *surroundings
	open   map[key]weak.Pointer[Delivery]
}

// key is what a delivery is known by.
type key struct {
	generation int    // of the endpoints; 0 for a file
	place      string // the path of a file, or the destination
}

// surroundings are the endpoints that deliveries are opened against.
type surroundings struct {
	generation int
	endpoints  map[string]string
	services   *awsservice.Services
	clients    map[clientKey]*client
}

type clientKey struct {
	service Service
	region  string
}

// New makes Deliveries. The error is one of the directory or of the endpoints.
func New(o Options) (*Deliveries, error) {
	o = o.withDefaults()
	if o.Dir != "" {
		if err := os.MkdirAll(o.Dir, dirMode); err != nil {
			return nil, fmt.Errorf("make the directory of log files: %w", err)
		}
	}
	d := &Deliveries{
		o: o, backends: backend.New(backend.Options{MaxConns: maxCalls}), process: randomHex(),
		calls: make(chan struct{}, maxCalls), closing: make(chan struct{}), abandon: make(chan struct{}),
		open: map[key]weak.Pointer[Delivery]{},
	}
	services, err := awsservice.New(awsservice.Options{
		Backends: d.backends, Endpoints: o.Endpoints, Env: o.Env, Region: o.Region, Log: o.Log,
		Chain: chainOrTest(o.Chain, o.Region, o.Log),
	})
	if err != nil {
		return nil, err
	}
	d.around = &surroundings{generation: 1, endpoints: maps.Clone(o.Endpoints), services: services, clients: map[clientKey]*client{}}
	return d, nil
}

// Surround replaces the endpoints. Deliveries that were opened before keep theirs.
// After an error everything is as it was.
func (d *Deliveries) Surround(endpoints map[string]string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if maps.Equal(endpoints, d.around.endpoints) {
		return nil
	}
	services, err := d.around.services.At(endpoints)
	if err != nil {
		return err
	}
	d.around = &surroundings{
		generation: d.around.generation + 1, endpoints: maps.Clone(endpoints), services: services, clients: map[clientKey]*client{},
	}
	return nil
}

// Access is the delivery to the destination of a stage's access log. It lasts as long
// as somebody holds it, and all that ask for one destination share it. nil when the
// destination's service has no endpoint and there are no files, and for what
// ParseDestination refuses.
func (d *Deliveries) Access(destinationARN string) *Delivery {
	to, err := ParseDestination(destinationARN)
	if err != nil {
		return nil // it has been refused where stages are compiled
	}
	return d.to(to)
}

// Execution is the delivery of a stage's execution log; the stage of a canary's is
// {stage}/Canary. It is nil as that of Access may be.
func (d *Deliveries) Execution(region, apiID, stage string) *Delivery {
	return d.to(executionLogs(region, apiID, stage))
}

// to finds or makes the delivery to a destination.
func (d *Deliveries) to(to Destination) *Delivery {
	d.mu.Lock()
	defer d.mu.Unlock()
	configured, err := d.around.services.Configured(to.Service.name())
	if err != nil {
		d.o.Log.Error("logs do not go to their destination", "destination", to.Name, "error", err)
		return nil
	}
	k := key{generation: d.around.generation, place: to.Service.name() + " " + to.Region + " " + to.Name}
	if !configured {
		if d.o.Dir == "" {
			return nil
		}
		k = key{place: filepath.Join(d.o.Dir, fileName(to, d.o.Region))}
	}
	if known := d.open[k].Value(); known != nil {
		return known
	}
	if len(d.open) >= d.o.MaxDestinations {
		d.o.Log.Error("logs do not go to their destination: stages use too many of them", "destination", to.Name, "most", d.o.MaxDestinations)
		return nil
	}
	var t target
	if configured {
		if t, err = d.serviceTarget(to); err != nil {
			d.o.Log.Error("logs do not go to their destination", "destination", to.Name, "error", err)
			return nil
		}
	} else {
		t = &file{path: k.place}
	}
	made := newDelivery(d, t, d.closed)
	d.open[k] = weak.Make(made)
	goruntime.AddCleanup(made, d.forget, k)
	return made
}

// serviceTarget is a destination at its service. d.mu must be held.
func (d *Deliveries) serviceTarget(to Destination) (target, error) {
	k := clientKey{to.Service, to.Region}
	c := d.around.clients[k]
	if c == nil {
		var err error
		if c, err = newClient(d, k); err != nil {
			return nil, err
		}
		d.around.clients[k] = c
	}
	if to.Service == Firehose {
		return newDeliveryStream(c, to.Name), nil
	}
	return newLogGroup(c, to.Name, d.process), nil
}

// forget takes a delivery out that nobody holds any more, unless it was opened anew.
func (d *Deliveries) forget(k key) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open[k].Value() == nil {
		delete(d.open, k)
	}
}

// live are the deliveries that somebody holds.
func (d *Deliveries) live() []*Delivery {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := make([]*Delivery, 0, len(d.open))
	for _, w := range d.open {
		if v := w.Value(); v != nil {
			list = append(list, v)
		}
	}
	return list
}

// Close delivers what waits, for CloseTimeout at most, and returns how many lines
// were given up then. Lines that come later are dropped.
func (d *Deliveries) Close() (lost uint64) {
	d.mu.Lock()
	again := d.closed
	d.closed = true
	d.mu.Unlock()
	if again {
		return 0
	}
	before := d.dropped()
	for _, v := range d.live() {
		v.close()
	}
	close(d.closing)
	done := make(chan struct{})
	go func() {
		d.running.Wait()
		close(done)
	}()
	timeout := time.NewTimer(d.o.CloseTimeout)
	defer timeout.Stop()
	select {
	case <-done:
		lost = d.dropped() - before
	case <-timeout.C:
		lost = d.dropped() - before
		for _, v := range d.live() {
			lost += v.pending()
		}
	}
	close(d.abandon)
	d.around.services.Close()
	d.backends.Close()
	return lost
}

// Figures are about the lines to one kind of destination, since the start.
type Figures struct {
	Kind      string // logs, firehose or file
	Delivered uint64 // lines
	Dropped   uint64 // lines
	Failures  uint64 // calls and writes that failed, those that were repeated among them
}

// Figures are those of each kind.
func (d *Deliveries) Figures() []Figures {
	out := make([]Figures, kinds)
	for k := range out {
		c := &d.figures[k]
		out[k] = Figures{Kind: kind(k).String(), Delivered: c.delivered.Load(), Dropped: c.dropped.Load(), Failures: c.failures.Load()}
	}
	return out
}

func (d *Deliveries) dropped() (n uint64) {
	for k := range d.figures {
		n += d.figures[k].dropped.Load()
	}
	return n
}

// kind is a kind of destination.
type kind uint8

const (
	toLogs kind = iota
	toFirehose
	toFile
	kinds
)

func (k kind) String() string {
	return [...]string{toLogs: "logs", toFirehose: "firehose", toFile: "file"}[k]
}

type counters struct{ delivered, dropped, failures atomic.Uint64 }
