package awsservice

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/config"
)

var errEmpty = errors.New("the credentials are empty")

// StandardChain is the chain of the AWS SDKs: environment, shared files, SSO, web
// identity, container, instance. Everything is read anew for each fetch, so that files
// that were written meanwhile count. region is that of the chain; "" leaves it to the
// environment.
func StandardChain(region string) func(context.Context) (Credentials, error) {
	return func(ctx context.Context) (Credentials, error) {
		var options []func(*config.LoadOptions) error
		if region != "" {
			options = append(options, config.WithRegion(region))
		}
		cfg, err := config.LoadDefaultConfig(ctx, options...)
		if err != nil {
			return Credentials{}, err
		}
		v, err := cfg.Credentials.Retrieve(ctx)
		if err != nil {
			return Credentials{}, err
		}
		c := Credentials{AccessKeyID: v.AccessKeyID, SecretAccessKey: v.SecretAccessKey, SessionToken: v.SessionToken}
		if v.CanExpire {
			c.Expires = v.Expires
		}
		return c, nil
	}
}
