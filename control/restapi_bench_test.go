package control

import (
	"context"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"sluice/api"
	"sluice/control/store"
)

// benchServer is a server with records that fill puts there.
func benchServer(b *testing.B, fill func(*tx) error) *Server {
	b.Helper()
	records, err := store.OpenMemory()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = records.Close() })
	err = records.Update(context.Background(), func(s store.Tx) error {
		return fill(&tx{Tx: s, region: "us-east-1", account: "123456789012", served: &served{}})
	})
	if err != nil {
		b.Fatal(err)
	}
	return New(Options{Store: records, AccountID: "123456789012"})
}

func benchCall(b *testing.B, s *Server, method, path, body string, status int) {
	b.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	if w.Code != status {
		b.Fatalf("%d %s", w.Code, w.Body)
	}
}

// The largest page of 1,000 APIs. What belongs to them is no part of it.
func BenchmarkGetRestAPIs(b *testing.B) {
	s := benchServer(b, func(t *tx) error {
		for i := range 1000 {
			id := "api" + strconv.Itoa(i)
			if err := put(t, &api.RestApi{ID: id, Name: "a", RootResourceID: "r"}, kindAPI, id); err != nil {
				return err
			}
		}
		return nil
	})
	b.ReportAllocs()
	for b.Loop() {
		benchCall(b, s, "GET", "/restapis?limit=500", "", 200)
	}
}

// A rename in an API that has 300 resources: it is checked against all of them, as a
// new one is.
func BenchmarkUpdateResource(b *testing.B) {
	s := benchServer(b, func(t *tx) error {
		if err := put(t, &api.Resource{ID: "root", Path: "/"}, kindResource, "a", "root"); err != nil {
			return err
		}
		for i := range 300 {
			n := strconv.Itoa(i)
			r := &api.Resource{ID: "r" + n, ParentID: "root", PathPart: "p" + n, Path: "/p" + n, ResourceMethods: map[string]*api.Method{
				"GET": {HTTPMethod: "GET", AuthorizationType: "NONE", MethodIntegration: &api.Integration{Type: "MOCK", CacheKeyParameters: []string{}}},
			}}
			if err := put(t, r, kindResource, "a", r.ID); err != nil {
				return err
			}
		}
		return put(t, &api.RestApi{ID: "a", Name: "a", RootResourceID: "root"}, kindAPI, "a")
	})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		benchCall(b, s, "PATCH", "/restapis/a/resources/r"+strconv.Itoa(i%300), `{"patchOperations":[{"op":"replace","path":"/pathPart","value":"q`+strconv.Itoa(i)+`"}]}`, 200)
	}
}
