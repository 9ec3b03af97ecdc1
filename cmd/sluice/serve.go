package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sluice/project"
)

// defaultFile is served when no file is named.
const defaultFile = "sluice.yaml"

type serveCommand struct {
	Files []string `arg:"" optional:"" name:"FILE" help:"OpenAPI 3.0 or Swagger 2.0 documents, snapshots or project files. Default: ./sluice.yaml; without one, only what the control plane is given."`

	Listen      string `env:"SLUICE_LISTEN" default:"127.0.0.1:4566" placeholder:"ADDR" help:"Address of the APIs, host:port (default: ${default}). Port 0 takes a free one."`
	AdminListen string `env:"SLUICE_ADMIN_LISTEN" placeholder:"ADDR" help:"Address of /_sluice/health and /_sluice/metrics (default: that of the APIs)."`
	controlFlags
	stageFlags
	Watch           bool   `env:"SLUICE_WATCH" default:"true" negatable:"" help:"Reload when a file changes (default: on; --watch=false or --no-watch switches it off)."`
	AccessLog       string `env:"SLUICE_ACCESS_LOG" placeholder:"PATH" help:"Write one line a request to PATH, or to standard output with - (default: no access log). SIGHUP opens PATH anew."`
	AccessLogDir    string `env:"SLUICE_ACCESS_LOG_DIR" placeholder:"DIR" help:"Write the access log of each stage whose accessLogSettings have a destination, and execution logs, to files in DIR named after their log groups and delivery streams, where CloudWatch Logs and Firehose have no endpoint (see --endpoint; default: as stages without a destination)."`
	AccessLogFormat string `env:"SLUICE_ACCESS_LOG_FORMAT" placeholder:"FORMAT" help:"clf, json, xml, csv, or a format of $$context variables (default: the stage's own, else clf)."`
	ExecutionLog    string `env:"SLUICE_EXECUTION_LOG" placeholder:"PATH" help:"Write the execution logs of methods whose loggingLevel is ERROR or INFO to PATH, or to standard output with - (default: CloudWatch Logs if it has an endpoint, else --access-log-dir, else standard error). SIGHUP opens PATH anew."`
	Redis           string `env:"SLUICE_REDIS" placeholder:"URL" help:"Share throttles, quotas and cached answers with other nodes through Redis or Valkey: redis://HOST:PORT, redis+sentinel://HOST:PORT,.../MASTER or redis+cluster://HOST:PORT,... (default: redis.url of sluice.yaml, else none)."`
	DataDir         string `env:"SLUICE_DATA_DIR" placeholder:"DIR" help:"Where usage of API keys, and what the control plane makes, is kept over restarts, one directory a process (default: .sluice beside sluice.yaml, else here, once there is something to keep; with Redis, usage is only there)."`
	LogLevel        string `env:"SLUICE_LOG_LEVEL" choices:"debug,info,warn,error" placeholder:"LEVEL" help:"Least severe message to log: debug, info, warn or error (default: info)."`
	LogFormat       string `env:"SLUICE_LOG_FORMAT" choices:"text,json" placeholder:"FORMAT" help:"How messages are logged to standard error: text or json (default: text)."`
	AllRoutes       bool   `env:"SLUICE_ALL_ROUTES" help:"List all routes on start, however many."`
}

// Help is what --help adds.
func (serveCommand) Help() string {
	return `Prints a table of APIs, stages, URLs and routes, and the line "sluice: ready on http://ADDR" once connections are accepted. Each API answers under

  http://ADDR/STAGE/...                           when it is the only one
  http://ADDR/_aws/execute-api/API/STAGE/...
  http://ADDR/restapis/API/STAGE/_user_request_/...
  http://API.execute-api.SUFFIX:PORT/STAGE/...    by the Host header

The id of an API is its file's name in lower case, letters and digits only, or what a sluice.yaml says.

When a file changes, all stages are compiled anew and swapped at once; a file with problems leaves the running stages as they are and prints the problems. SIGTERM or SIGINT lets requests in flight finish, 30 seconds at most; a second one exits at once. SIGHUP opens the access log anew.

Every flag can be given as an environment variable too.

Examples:
  sluice serve petstore.yaml
  sluice serve --listen :8080 --stage prod --var backend=http://10.0.0.7 petstore.yaml
  sluice serve --access-log - --access-log-format json petstore.yaml orders.yaml
  SLUICE_LISTEN=127.0.0.1:0 sluice serve sluice.yaml`
}

// check tells what is wrong with the flags alone.
func (c *serveCommand) check() error {
	for _, a := range []struct{ flag, value string }{{"--listen", c.Listen}, {"--admin-listen", c.AdminListen}} {
		if a.value == "" {
			continue
		}
		if _, _, err := net.SplitHostPort(a.value); err != nil {
			return misused("%s %q: write it as host:port", a.flag, a.value)
		}
	}
	if err := c.controlFlags.check(); err != nil {
		return err
	}
	if c.Redis != "" {
		if err := project.CheckRedisURL(c.Redis); err != nil {
			return misused("--redis: %w", err)
		}
	}
	if _, err := project.AccessLogFormat(c.AccessLogFormat); err != nil {
		return misused("--access-log-format: %w", err)
	}
	for _, a := range []struct {
		flag, value string
		choices     []string
	}{
		{"--log-level", c.LogLevel, []string{"debug", "info", "warn", "error"}},
		{"--log-format", c.LogFormat, []string{"text", "json"}},
	} {
		if a.value != "" && !slices.Contains(a.choices, a.value) {
			return misused("%s %q: it must be one of %s", a.flag, a.value, strings.Join(a.choices, ", "))
		}
	}
	return nil
}

// Run serves until a signal ends it.
func (c *serveCommand) Run(e *environment) error {
	if err := c.check(); err != nil {
		return err
	}
	options, err := c.options()
	if err != nil {
		return err
	}
	options.RedisURL = c.Redis
	files, err := c.files()
	if err != nil {
		return err
	}
	return serve(e, c, files, options)
}

// files are the files to serve.
func (c *serveCommand) files() ([]string, error) {
	if len(c.Files) > 0 {
		return slices.Compact(c.Files), nil
	}
	_, err := os.Stat(defaultFile)
	switch {
	case err == nil:
		return []string{defaultFile}, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil // what the control plane keeps, and will be given
	}
	return nil, fmt.Errorf("read %s: %w", defaultFile, err)
}

// dataDir is where the usage of a project is kept; "" is in memory. Nodes that share
// it in Redis may be started from one directory, and none needs a copy.
func (c *serveCommand) dataDir(m *project.Metering) string {
	if c.DataDir != "" || m.Redis.URL != "" || m.Dir == "" {
		return c.DataDir
	}
	return filepath.Join(m.Dir, ".sluice")
}

// settings are the log settings: flags and environment first, then the project.
func (c *serveCommand) settings(p *project.Project) project.LogSettings {
	s := p.Log
	for _, o := range []struct {
		to   *string
		flag string
	}{
		{&s.Level, c.LogLevel},
		{&s.Format, c.LogFormat},
		{&s.AccessPath, c.AccessLog},
		{&s.AccessFormat, c.AccessLogFormat},
	} {
		if o.flag != "" {
			*o.to = o.flag
		}
	}
	return s
}
