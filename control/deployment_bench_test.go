package control

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"sluice/api"
	"sluice/control/store"
	"sluice/runtime"
	"sluice/throttle"
)

// largeAPI writes an API of 300 resources, each with a method, a validator's worth of
// parameters and two templates.
func largeAPI(t *tx, id string) error {
	if err := put(t, &api.RestApi{ID: id, Name: id, RootResourceID: id + "r"}, kindAPI, id); err != nil {
		return err
	}
	for _, m := range defaultModels() {
		if err := put(t, m, kindModel, id, m.Name); err != nil {
			return err
		}
	}
	if err := put(t, &api.Resource{ID: id + "r", Path: "/"}, kindResource, id, id+"r"); err != nil {
		return err
	}
	for i := range 300 {
		r := &api.Resource{
			ID: fmt.Sprintf("r%05d", i), ParentID: id + "r", PathPart: fmt.Sprintf("p%d", i), Path: fmt.Sprintf("/p%d", i),
			ResourceMethods: map[string]*api.Method{"GET": {
				HTTPMethod: "GET", AuthorizationType: "NONE",
				RequestParameters: map[string]bool{"method.request.header.H": false, "method.request.querystring.q": false},
				RequestModels:     map[string]string{"application/json": "Error"},
				MethodResponses: map[string]*api.MethodResponse{
					"200": {StatusCode: "200", ResponseParameters: map[string]bool{"method.response.header.K": false}},
				},
				MethodIntegration: &api.Integration{
					Type: "HTTP", HTTPMethod: "POST", URI: fmt.Sprintf("http://backend.example.com/p%d", i), ConnectionType: "INTERNET",
					RequestParameters:   map[string]string{"integration.request.header.H": "method.request.header.H"},
					RequestTemplates:    map[string]string{"application/json": fmt.Sprintf(`{"n": %d, "body": $input.json('$'), "who": "$context.identity.sourceIp"}`, i)},
					PassthroughBehavior: "WHEN_NO_MATCH", TimeoutInMillis: 29000, CacheNamespace: "ns", CacheKeyParameters: []string{},
					IntegrationResponses: map[string]*api.IntegrationResponse{"200": {
						StatusCode: "200", ResponseParameters: map[string]string{"method.response.header.K": "integration.response.header.K"},
						ResponseTemplates: map[string]string{"application/json": fmt.Sprintf(`#set($r = $input.path('$')){"n": %d, "r": "$r.name"}`, i)},
					}},
				},
			}},
		}
		if err := put(t, r, kindResource, id, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkCreateDeployment deploys an API of 300 resources to a stage, and waits until
// it is served: alone, and beside others of the same size, which must not matter.
func BenchmarkCreateDeployment(b *testing.B) {
	for _, others := range []int{0, 200} {
		for name, open := range map[string]func() (store.Store, error){
			"memory": func() (store.Store, error) { return store.OpenMemory() },
			"sqlite": func() (store.Store, error) {
				return store.OpenSQLite(context.Background(), filepath.Join(b.TempDir(), "sluice.db"))
			},
		} {
			b.Run(fmt.Sprintf("%s/others=%d", name, others), func(b *testing.B) { benchmarkDeployment(b, open, others) })
		}
	}
}

func benchmarkDeployment(b *testing.B, open func() (store.Store, error), others int) {
	records, err := open()
	if err != nil {
		b.Fatal(err)
	}
	defer records.Close()
	limiter := throttle.New(throttle.Options{})
	gateway, err := runtime.New(runtime.Options{Limiter: limiter})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := StartPublisher(b.Context(), PublisherOptions{Store: records, Traffic: gateway, Limits: limiter}); err != nil {
		b.Fatal(err)
	}
	for i := range others + 1 {
		err := records.Update(b.Context(), func(t store.Tx) error {
			return largeAPI(&tx{Tx: t, region: "us-east-1", served: &served{}}, fmt.Sprintf("api%07d", i))
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	server := New(Options{Store: records, DataPlane: gateway, Meter: limiter, AccountID: "123456789012", Now: testTime})
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/restapis/api0000000/deployments", strings.NewReader(`{"stageName":"dev"}`))
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		if w.Code != http.StatusCreated {
			b.Fatal(w.Body.String())
		}
	}
}
