package fleet

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseURL(t *testing.T) {
	for _, c := range []struct {
		url      string
		addrs    []string
		user     string
		password string
		master   string
		db       int
		tls      bool
		cluster  bool
	}{
		{url: "redis://localhost", addrs: []string{"localhost:6379"}},
		{url: "valkey://10.0.0.1:7000/3", addrs: []string{"10.0.0.1:7000"}, db: 3},
		{url: "rediss://u:p%40ss@h:1", addrs: []string{"h:1"}, user: "u", password: "p@ss", tls: true},
		{url: "redis://:a@b@h", addrs: []string{"h:6379"}, password: "a@b"},
		{url: "redis://[::1]:7", addrs: []string{"[::1]:7"}},
		{url: "redis://[::1]", addrs: []string{"[::1]:6379"}},
		{url: "unix:///run/redis.sock", addrs: []string{"/run/redis.sock"}},
		{url: "redis+sentinel://a,b:1/mymaster/2", addrs: []string{"a:26379", "b:1"}, master: "mymaster", db: 2},
		{url: "valkeys+cluster://a:1,b:2", addrs: []string{"a:1", "b:2"}, tls: true, cluster: true},
	} {
		o, err := ParseURL(c.url)
		if err != nil {
			t.Errorf("%s: %v", c.url, err)
			continue
		}
		if !reflect.DeepEqual(o.Addrs, c.addrs) || o.Username != c.user || o.Password != c.password || o.MasterName != c.master ||
			o.DB != c.db || (o.TLSConfig != nil) != c.tls || o.IsClusterMode != c.cluster {
			t.Errorf("%s: %+v", c.url, o)
		}
	}
	if o, err := ParseURL("redis+sentinel://h/m?sentinelPassword=x&sentinelUsername=y"); err != nil || o.SentinelPassword != "x" || o.SentinelUsername != "y" {
		t.Error(o, err)
	}
	for _, c := range []struct{ url, text string }{
		{"", "no scheme"},
		{"localhost:6379", "no scheme"},
		{"http://h", `scheme "http"`},
		{"redis+ring://h", "neither"},
		{"redis://", "host"},
		{"redis://a,b", "several hosts"},
		{"redis://h:0", "port"},
		{"redis://h:99999", "port"},
		{"redis://h/x", "database"},
		{"redis://secret@h", "no password"},
		{"redis://u:%zz@h", "percent"},
		{"redis+sentinel://h", "master"},
		{"redis+cluster://h/1", "no databases"},
		{"redis://h?tls=no", `"tls"`},
		{"unix://run", "slash"},
	} {
		_, err := ParseURL(c.url)
		if err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: error %v", c.url, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error tells a password: %v", err)
		}
	}
}

func FuzzParseURL(f *testing.F) {
	f.Add("redis://u:p@h:1/2?sentinelPassword=x")
	f.Add("redis+sentinel://[::1]:1,b/m/0")
	f.Fuzz(func(t *testing.T, s string) {
		if o, err := ParseURL(s); err == nil && len(o.Addrs) == 0 {
			t.Error("no address")
		}
	})
}
