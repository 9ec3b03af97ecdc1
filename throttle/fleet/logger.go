package fleet

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// The library prints every failed connection to standard error. This package says
// the same once, in its own log, when the client goes out of service.
func init() { redis.SetLogger(silent{}) }

type silent struct{}

// Printf implements the library's logger.
func (silent) Printf(context.Context, string, ...any) {}
