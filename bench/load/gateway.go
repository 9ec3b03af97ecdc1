//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// gateway is one of the programs that are compared.
type gateway struct {
	name string
	// path finds its program; "" when it is not installed.
	path func() string
	// can tells whether it can do what a scenario asks for.
	can func(s *scenario) bool
	// command writes its configuration into dir and returns what starts it.
	command func(path, dir, addr, upstream string, s *scenario) ([]string, error)
}

const (
	nameSluice = "sluice"
	nameServer = "fasthttp server"
	nameProxy  = "fasthttp proxy"
)

// yardstick is the name of the bare peer of a kind of scenario.
func (k kind) yardstick() string {
	if k == proxying {
		return nameProxy
	}
	return nameServer
}

func own() string {
	self, err := os.Executable()
	if err != nil {
		return ""
	}
	return self
}

func installed(program string) func() string {
	return func() string {
		path, err := exec.LookPath(program)
		if err != nil {
			return ""
		}
		return path
	}
}

// ordinary is what every gateway can do.
func ordinary(s *scenario) bool { return !s.apart }

// gateways are all of them. Access logs of the peers are off, in their favour;
// sluice's is on, as are its metrics.
func gateways(sluice string) []gateway {
	return []gateway{
		{
			name: nameSluice, path: func() string { return sluice }, can: func(*scenario) bool { return true },
			command: func(path, dir, addr, upstream string, s *scenario) ([]string, error) {
				p, err := s.project(upstream)
				if err != nil {
					return nil, err
				}
				file, err := p.write(dir)
				return []string{
					path, "serve", "--listen", addr, "--watch=false", "--access-log", filepath.Join(dir, "access.log"), file,
				}, err
			},
		},
		{
			name: nameServer, path: own, can: func(s *scenario) bool { return s.kind == answering },
			command: func(path, _, addr, _ string, _ *scenario) ([]string, error) {
				return []string{path, "-role", "server", "-listen", addr}, nil
			},
		},
		{
			name: nameProxy, path: own, can: func(s *scenario) bool { return s.kind == proxying },
			command: func(path, _, addr, upstream string, _ *scenario) ([]string, error) {
				return []string{path, "-role", "proxy", "-listen", addr, "-upstream", upstream}, nil
			},
		},
		{name: "nginx", path: installed("nginx"), can: ordinary, command: nginx},
		{name: "haproxy", path: installed("haproxy"), can: ordinary, command: haproxy},
		{name: "caddy", path: installed("caddy"), can: ordinary, command: caddy},
		{name: "krakend", path: installed("krakend"), can: func(s *scenario) bool { return ordinary(s) && s.kind == proxying && s.routes <= 300 }, command: krakend},
	}
}

func configure(dir, name, text string) (string, error) {
	path := filepath.Join(dir, name)
	return path, os.WriteFile(path, []byte(text), 0o600)
}

func nginx(path, dir, addr, upstream string, s *scenario) ([]string, error) {
	var locations strings.Builder
	const pass = "proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection \"\";"
	switch {
	case s.kind == answering:
		fmt.Fprintf(&locations, "default_type application/json; location /dev/hello { return 200 '%s'; }\n", mockBody)
	case s.routes > 0:
		for i := range s.routes {
			fmt.Fprintf(&locations, "location ^~ /dev/r%d/ { %s }\n", i, pass)
		}
	default:
		fmt.Fprintf(&locations, "location /dev/hello { %s }\n", pass)
	}
	file, err := configure(dir, "nginx.conf", `daemon off; master_process off; worker_processes 1; pid `+dir+`/nginx.pid; error_log `+dir+`/nginx.log crit;
events { worker_connections 4096; }
http {
 access_log off; keepalive_requests 2000000000; client_body_temp_path `+dir+`/nginx-body; proxy_temp_path `+dir+`/nginx-proxy;
 fastcgi_temp_path `+dir+`/nginx-f; uwsgi_temp_path `+dir+`/nginx-u; scgi_temp_path `+dir+`/nginx-s;
 upstream up { server `+upstream+`; keepalive 512; keepalive_requests 2000000000; }
 server { listen `+addr+`;
`+locations.String()+` }
}
`)
	return []string{path, "-p", dir, "-e", filepath.Join(dir, "nginx-start.log"), "-c", file}, err
}

func haproxy(path, dir, addr, upstream string, s *scenario) ([]string, error) {
	rule := "default_backend up"
	switch {
	case s.kind == answering:
		rule = `http-request return status 200 content-type application/json string '` + mockBody + `' if { path /dev/hello }`
	case s.routes > 0:
		var m strings.Builder
		for i := range s.routes {
			fmt.Fprintf(&m, "/dev/r%d/ up\n", i)
		}
		file, err := configure(dir, "haproxy.map", m.String())
		if err != nil {
			return nil, err
		}
		rule = "use_backend %[path,map_beg(" + file + ",none)]"
	}
	file, err := configure(dir, "haproxy.cfg", `global
 nbthread 1
 maxconn 4096
defaults
 mode http
 timeout connect 5s
 timeout client 60s
 timeout server 60s
 http-reuse always
frontend in
 bind `+addr+`
 `+rule+`
backend up
 server one `+upstream+` pool-max-conn 4096
backend none
 http-request deny
`)
	return []string{path, "-db", "-f", file}, err
}

func caddy(path, dir, addr, upstream string, s *scenario) ([]string, error) {
	_, port, _ := strings.Cut(addr, ":")
	to := "reverse_proxy " + upstream + " {\n  transport http {\n   keepalive_idle_conns_per_host 512\n  }\n }"
	var rules strings.Builder
	switch {
	case s.kind == answering:
		fmt.Fprintf(&rules, " header Content-Type application/json\n respond /dev/hello `%s` 200\n", mockBody)
	case s.routes > 0:
		for i := range s.routes {
			fmt.Fprintf(&rules, " handle /dev/r%d/* {\n %s\n }\n", i, to)
		}
	default:
		fmt.Fprintf(&rules, " handle /dev/hello {\n %s\n }\n", to)
	}
	file, err := configure(dir, "Caddyfile", "{\n admin off\n auto_https off\n}\nhttp://:"+port+" {\n bind 127.0.0.1\n"+rules.String()+"}\n")
	return []string{path, "run", "--adapter", "caddyfile", "--config", file}, err
}

func krakend(path, dir, addr, upstream string, s *scenario) ([]string, error) {
	_, port, _ := strings.Cut(addr, ":")
	endpoint := func(at, backend string) string {
		return `{"endpoint":"` + at + `","method":"%s","output_encoding":"no-op","input_headers":["*"],"backend":[{"encoding":"no-op","host":["http://` + upstream + `"],"url_pattern":"` + backend + `"}]}`
	}
	var list []string
	for i := range s.routes {
		at := "/r" + strconv.Itoa(i) + "/{id}"
		list = append(list, fmt.Sprintf(endpoint("/dev"+at, at), "GET"))
	}
	if s.routes == 0 {
		for _, method := range []string{"GET", "POST"} {
			list = append(list, fmt.Sprintf(endpoint("/dev/hello", "/hello"), method))
		}
	}
	file, err := configure(dir, "krakend.json", `{"version":3,"port":`+port+`,"listen_ip":"127.0.0.1","endpoints":[`+strings.Join(list, ",")+`]}`)
	return []string{path, "run", "-c", file}, err
}
