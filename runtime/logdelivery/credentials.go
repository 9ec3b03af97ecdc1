package logdelivery

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"time"

	"sluice/runtime/awsservice"
)

// chainTime bounds the search for credentials: the chain ends with the metadata of a
// machine, which on most machines nobody answers for.
const chainTime = 4 * time.Second

// testFor is how long a chain without credentials is not asked again.
const testFor = 10 * time.Minute

// chainOrTest is a chain whose calls are signed as test:test when there are no
// credentials. Logs go only where an endpoint says, and what stands in for a service
// wants a signature of whatever key; the real one refuses it.
func chainOrTest(chain func(context.Context) (awsservice.Credentials, error), region string, log *slog.Logger) func(context.Context) (awsservice.Credentials, error) {
	if chain == nil {
		chain = awsservice.StandardChain(region)
	}
	return func(ctx context.Context) (awsservice.Credentials, error) {
		ctx, cancel := context.WithTimeout(ctx, chainTime)
		defer cancel()
		c, err := chain(ctx)
		if err == nil && c.AccessKeyID != "" && c.SecretAccessKey != "" {
			return c, nil
		}
		log.Warn("no AWS credentials: the delivery of logs is signed as test", "error", err)
		return awsservice.Credentials{AccessKeyID: "test", SecretAccessKey: "test", Expires: time.Now().Add(testFor)}, nil
	}
}

// randomHex is 32 digits that no other process has.
func randomHex() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}
