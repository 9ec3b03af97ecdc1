package endpoint

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// pause is how long a failure to find credentials is remembered: the chain ends
// with a metadata service that may take seconds to be found missing.
const pause = 5 * time.Second

// Chain is the standard chain of credentials (environment, shared files,
// container, instance), loaded when it is first needed.
type Chain struct {
	once     sync.Once
	provider aws.CredentialsProvider
	broken   error

	mu     sync.Mutex
	failed error
	until  time.Time
}

// Retrieve implements aws.CredentialsProvider.
func (c *Chain) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c.once.Do(func() {
		cfg, err := config.LoadDefaultConfig(context.Background())
		c.provider, c.broken = cfg.Credentials, err
	})
	if c.broken != nil {
		return aws.Credentials{}, fmt.Errorf("load the AWS configuration: %w", c.broken)
	}
	c.mu.Lock()
	failed, until := c.failed, c.until
	c.mu.Unlock()
	if failed != nil && time.Now().Before(until) {
		return aws.Credentials{}, failed
	}
	found, err := c.provider.Retrieve(ctx)
	if err != nil {
		err = fmt.Errorf("no credentials to sign requests with: %w", err)
		if ctx.Err() != nil {
			return aws.Credentials{}, err
		}
	}
	c.mu.Lock()
	c.failed, c.until = err, time.Now().Add(pause)
	c.mu.Unlock()
	return found, err
}
