package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sluice/project"
	"sluice/throttle/ledger"
)

// TestUsageLedger: the file comes into being when there is something to keep.
func TestUsageLedger(t *testing.T) {
	ctx, dir := context.Background(), filepath.Join(t.TempDir(), "a", "data")
	u := newUsageLedger(dir)
	if err := errors.Join(u.Save(ctx, nil), u.Prune(ctx, 0), u.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory was made for nothing (%v)", err)
	}
	if day, err := u.Born(ctx, "plan", 20000); err != nil || day != 20000 {
		t.Errorf("born on %v (%v)", day, err)
	}
	if err := u.Save(ctx, []ledger.Entry{{PlanID: "plan", KeyID: "key", Day: 20001, Used: 7}}); err != nil {
		t.Fatal(err)
	}
	if err := newUsageLedger(dir).Save(ctx, []ledger.Entry{{PlanID: "plan", KeyID: "key", Day: 20001, Used: 1}}); err == nil {
		t.Error("two processes write into one file")
	}
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
	again := newUsageLedger(dir)
	defer again.Close()
	if day, err := again.Born(ctx, "plan", 20009); err != nil || day != 20000 {
		t.Errorf("after a restart it is born on %v (%v)", day, err)
	}
	used := int64(0)
	if err := again.Days(ctx, "plan", "key", 20001, 20001, func(e ledger.Entry) { used = e.Used }); err != nil || used != 7 {
		t.Errorf("after a restart %d requests are counted (%v)", used, err)
	}
}

func TestDataDir(t *testing.T) {
	tests := []struct {
		flag string
		m    project.Metering
		want string
	}{
		{"", project.Metering{}, ""},
		{"", project.Metering{Dir: "api"}, filepath.Join("api", ".sluice")},
		{"/var/lib/x", project.Metering{Dir: "api"}, "/var/lib/x"},
		{"", project.Metering{Dir: "api", Redis: project.Redis{URL: "redis://a", Wait: time.Second}}, ""},
		{"data", project.Metering{Dir: "api", Redis: project.Redis{URL: "redis://a"}}, "data"},
	}
	for _, tt := range tests {
		if got := (&serveCommand{DataDir: tt.flag}).dataDir(&tt.m); got != tt.want {
			t.Errorf("--data-dir %q with %+v is %q, want %q", tt.flag, tt.m, got, tt.want)
		}
	}
}
