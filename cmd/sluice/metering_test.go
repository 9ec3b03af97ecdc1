package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"sluice/project"
	"sluice/throttle"
)

// TestMeteringOfEveryRedis: nothing has to be there for a project to be validated,
// and a Redis that is not there does not keep a gateway from starting.
func TestMeteringOfEveryRedis(t *testing.T) {
	for _, url := range []string{
		"", "redis://127.0.0.1:1", "valkeys://user:password@127.0.0.1:1/3", "redis+sentinel://127.0.0.1:1,127.0.0.1:2/master",
		"redis+cluster://127.0.0.1:1,127.0.0.1:2", "unix:///nowhere/redis.sock",
	} {
		m := project.Metering{Redis: project.Redis{URL: url, Wait: time.Millisecond, Nodes: 3}}
		metering, err := newMetering(m, "", slog.New(slog.DiscardHandler))
		if err != nil {
			t.Errorf("%q: %v", url, err)
			continue
		}
		if err := metering.start(context.Background()); err != nil {
			t.Errorf("%q: %v", url, err)
		}
		if (metering.fleet != nil) != (url != "") {
			t.Errorf("%q: the fleet is %v", url, metering.fleet)
		}
		if metering.fleet != nil {
			if f := metering.figures(); !f.Fallback || f.Nodes != 3 {
				t.Errorf("%q: the figures are %+v", url, f)
			}
		}
		if err := metering.close(); err != nil {
			t.Errorf("%q: closing: %v", url, err)
		}
	}
}

// TestAdoptTakesBack: what follows the limits may fail; they are then as before.
func TestAdoptTakesBack(t *testing.T) {
	m, err := newMetering(project.Metering{}, "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.start(context.Background()); err != nil {
		t.Fatal(err)
	}
	defer m.close()
	key := throttle.Key{ID: "k", Value: "a-key-of-twenty-characters", Enabled: true}
	next := project.Metering{Limits: throttle.Config{Keys: []throttle.Key{key}}}
	if err := m.adopt(next, func() error { return context.Canceled }); err == nil {
		t.Error("the error is lost")
	}
	if err := m.limiter.DeleteKey("k"); err == nil {
		t.Error("the key is still there")
	}
	if err := m.adopt(next, func() error { return nil }); err != nil {
		t.Error(err)
	}
	if err := m.limiter.DeleteKey("k"); err != nil {
		t.Errorf("the key is not there: %v", err)
	}
}
