package main

import (
	"net"
	"net/url"
	"path/filepath"

	"sluice/project"
)

// controlFlags are the flags of the control plane.
type controlFlags struct {
	ControlListen string `env:"SLUICE_CONTROL_LISTEN" placeholder:"ADDR" help:"Address of the control plane alone, host:port (default: that of the APIs, for requests that are signed for apigateway, as SDKs and the AWS CLI do; only on loopback, unless --control-auth is sigv4)."`
	ControlAuth   string `env:"SLUICE_CONTROL_AUTH" default:"none" placeholder:"HOW" help:"Who may change APIs: none takes every caller, sigv4 those whose signature fits an access key of an account's root among the credentials (default: ${default})."`
	Store         string `env:"SLUICE_STORE" placeholder:"URL" help:"Keep what the control plane makes in PostgreSQL, shared with other nodes: postgres://... (default: the file control.db in --data-dir)."`
	Ephemeral     bool   `env:"SLUICE_EPHEMERAL" help:"Keep what the control plane makes in memory: it is gone at the end."`
	AccountID     string `env:"SLUICE_ACCOUNT_ID" placeholder:"ID" help:"Account that everything belongs to, 12 digits (default: accountId of sluice.yaml, else 000000000000)."`
}

// How callers of the control plane are told.
const (
	authNone  = "none"
	authSigV4 = "sigv4"
)

// check tells what is wrong with the flags alone.
func (f *controlFlags) check() error {
	if f.ControlListen != "" {
		if _, _, err := net.SplitHostPort(f.ControlListen); err != nil {
			return misused("--control-listen %q: write it as host:port", f.ControlListen)
		}
	}
	if f.ControlAuth != authNone && f.ControlAuth != authSigV4 {
		return misused("--control-auth %q: it must be one of none, sigv4", f.ControlAuth)
	}
	if f.Store != "" {
		if f.Ephemeral {
			return misused("--store and --ephemeral exclude each other")
		}
		u, err := url.Parse(f.Store)
		if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
			return misused("--store: write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE") // the text may hold a password
		}
	}
	if f.AccountID != "" && !isAccountID(f.AccountID) {
		return misused("--account-id %q: it must be 12 digits", f.AccountID)
	}
	return nil
}

func isAccountID(s string) bool {
	if len(s) != 12 {
		return false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// controlFile is the file of the control plane in the data directory.
const controlFile = "control.db"

// controlDir is where the control plane's file is kept: beside sluice.yaml, else
// where the program was started.
func (c *serveCommand) controlDir(m *project.Metering) string {
	if c.DataDir != "" {
		return c.DataDir
	}
	return filepath.Join(m.Dir, ".sluice")
}
