package fleet

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// ParseURL reads where Redis or Valkey is:
//
//	redis://[user:password@]host[:port][/database]             one server
//	redis+sentinel://[user:password@]host[:port],.../master[/database]
//	redis+cluster://[user:password@]host[:port],...
//	unix://[user:password@]/path/to/socket
//
// The schemes may begin with valkey instead of redis, and end the first word with
// an s for TLS (rediss://, valkeys+cluster://). The passwords of sentinels, if they
// have other ones, are the query's sentinelUsername and sentinelPassword.
func ParseURL(s string) (*redis.UniversalOptions, error) {
	o, err := parseURL(s)
	if err != nil {
		return nil, fmt.Errorf("redis URL: %w", err) // never with the URL, which may hold a password
	}
	return o, nil
}

func parseURL(s string) (*redis.UniversalOptions, error) {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return nil, errors.New("it has no scheme, such as redis://")
	}
	rest, query, _ := strings.Cut(rest, "?")
	o := &redis.UniversalOptions{}
	if err := readQuery(o, query); err != nil {
		return nil, err
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		user, password, ok := strings.Cut(rest[:at], ":")
		if !ok {
			return nil, errors.New("its user has no password")
		}
		var err error
		if o.Username, err = url.PathUnescape(user); err == nil {
			o.Password, err = url.PathUnescape(password)
		}
		if err != nil {
			return nil, errors.New("its user or password is not percent-encoded")
		}
		rest = rest[at+1:]
	}
	if scheme == "unix" {
		if !strings.HasPrefix(rest, "/") {
			return nil, errors.New("the path of a socket begins with a slash")
		}
		o.Addrs = []string{rest}
		return o, nil
	}

	server, kind, _ := strings.Cut(scheme, "+")
	switch server {
	case "redis", "valkey":
	case "rediss", "valkeys":
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	default:
		return nil, fmt.Errorf("its scheme %q is none of redis, rediss, valkey, valkeys, unix, also with +sentinel or +cluster", scheme)
	}
	hosts, path, _ := strings.Cut(rest, "/")
	port := "6379"
	if kind == "sentinel" {
		port = "26379"
	}
	for host := range strings.SplitSeq(hosts, ",") {
		address, err := readAddress(host, port)
		if err != nil {
			return nil, err
		}
		o.Addrs = append(o.Addrs, address)
	}

	switch kind {
	case "":
		if len(o.Addrs) > 1 {
			return nil, errors.New("it has several hosts: say +sentinel or +cluster")
		}
		return o, readDatabase(o, path)
	case "sentinel":
		master, database, _ := strings.Cut(path, "/")
		if master == "" {
			return nil, errors.New("the name of the sentinels' master is missing")
		}
		o.MasterName = master
		return o, readDatabase(o, database)
	case "cluster":
		if path != "" {
			return nil, errors.New("a cluster has no databases")
		}
		o.IsClusterMode = true
		return o, nil
	}
	return nil, fmt.Errorf("its scheme %q ends neither with +sentinel nor with +cluster", scheme)
}

func readAddress(host, port string) (string, error) {
	if name, p, err := net.SplitHostPort(host); err == nil {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return "", fmt.Errorf("port %q is not a port", p)
		}
		host, port = name, p
	} else if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		host = host[1 : len(host)-1]
	}
	if host == "" || strings.ContainsAny(host, "[] \t") || strings.Contains(host, ":") && net.ParseIP(host) == nil {
		return "", fmt.Errorf("host %q is not a host", host)
	}
	return net.JoinHostPort(host, port), nil
}

func readDatabase(o *redis.UniversalOptions, s string) error {
	if s == "" {
		return nil
	}
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		return fmt.Errorf("database %q is not a number", s)
	}
	o.DB = int(n)
	return nil
}

func readQuery(o *redis.UniversalOptions, s string) error {
	q, err := url.ParseQuery(s)
	if err != nil {
		return errors.New("its query is malformed")
	}
	for name, values := range q {
		switch name {
		case "sentinelUsername":
			o.SentinelUsername = values[0]
		case "sentinelPassword":
			o.SentinelPassword = values[0]
		default:
			return fmt.Errorf("its query has %q, which is neither sentinelUsername nor sentinelPassword", name)
		}
	}
	return nil
}
