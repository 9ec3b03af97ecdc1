package awsservice

import (
	"context"
	"encoding/hex"
	"testing"
	"time"

	"sluice/mapping"
	"sluice/runtime/backend"
)

// moment is the time at which the recorded vectors were signed.
var moment = time.Date(2026, 3, 9, 8, 5, 4, 0, time.UTC)

func noEnv(string) string { return "" }

// services makes Services whose defaults touch neither the environment nor the
// network.
func services(t testing.TB, o Options) *Services {
	t.Helper()
	if o.Backends == nil {
		o.Backends = backend.New(backend.Options{})
		t.Cleanup(o.Backends.Close)
	}
	if o.Env == nil {
		o.Env = noEnv
	}
	if o.Chain == nil {
		o.Chain = chainOf(Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"})
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func chainOf(c Credentials) func(context.Context) (Credentials, error) {
	return func(context.Context) (Credentials, error) { return c, nil }
}

func compile(t testing.TB, s *Services, uri, method, credentials string) *Call {
	t.Helper()
	c, err := s.Compile(uri, method, credentials)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func headerOf(list []mapping.Pair, name string) (value string, n int) {
	for _, h := range list {
		if h.Name == name {
			value, n = h.Value, n+1
		}
	}
	return value, n
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func newRequest() (*backend.Request, *Params) { return &backend.Request{}, &Params{Now: moment} }
