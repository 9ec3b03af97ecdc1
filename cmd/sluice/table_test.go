package main

import (
	"strings"
	"testing"

	"sluice/runtime"
)

func TestWriteStages(t *testing.T) {
	tests := []struct {
		name    string
		rows    []stageRow
		address string
		want    string
	}{
		{"one API", []stageRow{{"pets", "dev", 2}, {"pets", "prod", 2}}, "127.0.0.1:80", `
API   STAGE  ROUTES  URL
pets  dev    2       http://127.0.0.1:80/dev
                     http://127.0.0.1:80/_aws/execute-api/pets/dev
                     http://pets.execute-api.localhost:80/dev
pets  prod   2       http://127.0.0.1:80/prod
                     http://127.0.0.1:80/_aws/execute-api/pets/prod
                     http://pets.execute-api.localhost:80/prod
`},
		{"two APIs on all addresses", []stageRow{{"pets", "dev", 2}, {"orders", "dev", 1000}}, "[::]:80", `
API     STAGE  ROUTES  URL
pets    dev    2       http://127.0.0.1:80/_aws/execute-api/pets/dev
                       http://pets.execute-api.localhost:80/dev
orders  dev    1000    http://127.0.0.1:80/_aws/execute-api/orders/dev
                       http://orders.execute-api.localhost:80/dev
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			if err := writeStages(&b, tt.rows, tt.address); err != nil {
				t.Fatal(err)
			}
			if got := "\n" + b.String(); got != tt.want {
				t.Errorf("got:%s\nwant:%s", got, tt.want)
			}
		})
	}
}

func TestWriteRoutes(t *testing.T) {
	routes := []runtime.Route{
		{Path: "/", Method: "GET", Authorization: "NONE", Integration: "MOCK"},
		{Path: "/pets/{id}", Method: "ANY", Authorization: "NONE", KeyRequired: true, Integration: "HTTP_PROXY", Target: "GET http://127.0.0.1/pets"},
		{Path: "/z", Method: "GET", Authorization: "NONE", Integration: "MOCK"},
	}
	tests := []struct {
		limit int
		want  string
	}{
		{0, `
PATH        METHOD  AUTHORIZATION  KEY  INTEGRATION  TARGET
/           GET     NONE           no   MOCK         -
/pets/{id}  ANY     NONE           yes  HTTP_PROXY   GET http://127.0.0.1/pets
/z          GET     NONE           no   MOCK         -
`},
		{1, `
PATH  METHOD  AUTHORIZATION  KEY  INTEGRATION  TARGET
/     GET     NONE           no   MOCK         -
... and 2 more (--all-routes shows them)
`},
	}
	for _, tt := range tests {
		var b strings.Builder
		if err := writeRoutes(&b, routes, tt.limit); err != nil {
			t.Fatal(err)
		}
		if got := "\n" + b.String(); got != tt.want {
			t.Errorf("limit %d: got:%s\nwant:%s", tt.limit, got, tt.want)
		}
	}
}

func TestReachable(t *testing.T) {
	tests := []struct{ address, want string }{
		{"127.0.0.1:1", "127.0.0.1:1"},
		{"0.0.0.0:1", "127.0.0.1:1"},
		{"[::]:1", "127.0.0.1:1"},
		{":1", "127.0.0.1:1"},
		{"[::1]:1", "[::1]:1"},
		{"example.com:1", "example.com:1"},
	}
	for _, tt := range tests {
		if got := reachable(tt.address); got != tt.want {
			t.Errorf("reachable(%q) = %q, want %q", tt.address, got, tt.want)
		}
	}
}
