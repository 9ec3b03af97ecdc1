package userpool

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// Options say where key sets are and how they are fetched. The zero value of a
// field is its default.
type Options struct {
	// Sources are the key sets of single pools by pool id: a URL (http, https) or
	// the path of a file.
	Sources map[string]string
	// Endpoint is the base URL of a local user pool service; its key sets are at
	// /{poolId}/.well-known/jwks.json below it, and tokens with the issuer
	// {Endpoint}/{poolId} count as well. Without it the pool's own issuer is asked.
	Endpoint string
	// FetchTimeout bounds a fetch, and how long a request waits for one; 5 s.
	FetchTimeout time.Duration
	// Interval is the time between fetches that unknown key ids can cause in the
	// long run; 10 s. Five at once are always allowed.
	Interval time.Duration
	// MaxAge is when a set is fetched anew in the background; 1 h for URLs, 10 s
	// for files.
	MaxAge time.Duration
	Client *http.Client // nil: one of its own
	Log    *slog.Logger // slog.Default()
}

// EndpointFromEnvironment is the Endpoint that the variables of the AWS SDKs name:
// AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER, then AWS_ENDPOINT_URL.
func EndpointFromEnvironment(getenv func(string) string) string {
	if v := getenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"); v != "" {
		return v
	}
	return getenv("AWS_ENDPOINT_URL")
}

const (
	defaultFetchTimeout = 5 * time.Second
	defaultInterval     = 10 * time.Second
	defaultMaxAge       = time.Hour
	defaultFileAge      = 10 * time.Second
)

// fetcher reads key sets in the background.
type fetcher struct {
	client   *http.Client
	log      *slog.Logger
	timeout  time.Duration
	interval time.Duration
	age      time.Duration

	ctx    context.Context
	cancel context.CancelFunc
	mu     sync.Mutex
	closed bool
	wait   sync.WaitGroup
}

func newFetcher(o Options) *fetcher {
	f := &fetcher{client: o.Client, log: o.Log, timeout: o.FetchTimeout, interval: o.Interval, age: o.MaxAge}
	if f.client == nil {
		f.client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
			// A key set that moves elsewhere is for its owner to say, not for the network.
			return http.ErrUseLastResponse
		}}
	}
	if f.log == nil {
		f.log = slog.Default()
	}
	if f.timeout <= 0 {
		f.timeout = defaultFetchTimeout
	}
	if f.interval <= 0 {
		f.interval = defaultInterval
	}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	return f
}

// maxAge is how long a set of a source is used before it is fetched anew.
func (f *fetcher) maxAge(source string) time.Duration {
	switch {
	case f.age > 0:
		return f.age
	case isURL(source):
		return defaultMaxAge
	}
	return defaultFileAge
}

// start runs fetch in the background; it says no once the fetcher is closed.
func (f *fetcher) start(fetch func(ctx context.Context)) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return false
	}
	f.wait.Go(func() {
		ctx, cancel := context.WithTimeout(f.ctx, f.timeout)
		defer cancel()
		fetch(ctx)
	})
	return true
}

func (f *fetcher) close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.cancel()
	f.wait.Wait()
}

func isURL(source string) bool {
	return strings.HasPrefix(source, "http://") || strings.HasPrefix(source, "https://")
}

func (f *fetcher) read(ctx context.Context, source string) (string, error) {
	if !isURL(source) {
		file, err := os.Open(source)
		if err != nil {
			return "", err
		}
		defer file.Close()
		return readAll(file)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, source, nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := f.client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("status %d", resp.StatusCode)
	}
	return readAll(resp.Body)
}

func readAll(r io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxKeySet+1))
	if err != nil {
		return "", err
	}
	if len(b) > maxKeySet {
		return "", fmt.Errorf("a key set of more than %d bytes", maxKeySet)
	}
	return string(b), nil
}
