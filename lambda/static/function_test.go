package static

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sluice/lambda"
)

func TestAnswer(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "answer.json")
	put := func(text string, age time.Duration) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		when := time.Now().Add(-age)
		if err := os.Chtimes(file, when, when); err != nil {
			t.Fatal(err)
		}
	}
	put(`{"statusCode":200}`, time.Hour)
	f, err := New(&lambda.Function{Name: "fixed", Runtime: "static", File: "answer.json"}, dir)
	if err != nil {
		t.Fatal(err)
	}
	f.recheck = 0
	expect := func(want string) {
		t.Helper()
		r, err := f.Invoke(context.Background(), &lambda.Invocation{RequestID: "id"})
		if err != nil || string(r.Payload) != want || r.RequestID != "id" || r.StatusCode != 200 {
			t.Fatal(r, err)
		}
	}
	expect(`{"statusCode":200}`)
	expect(`{"statusCode":200}`)
	put(`{"statusCode":201}`, time.Minute)
	expect(`{"statusCode":201}`)
	if err := os.WriteFile(file, make([]byte, 7<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Invoke(context.Background(), &lambda.Invocation{}); lambda.KindOf(err) != lambda.KindFailed {
		t.Fatal(err)
	}
	if _, err := f.Invoke(context.Background(), &lambda.Invocation{Payload: make([]byte, 7<<20)}); lambda.KindOf(err) != lambda.KindTooLarge {
		t.Fatal(err)
	}
}

func TestNoFile(t *testing.T) {
	if _, err := New(&lambda.Function{Name: "fixed", File: "none.json"}, t.TempDir()); err == nil {
		t.Fatal("no error")
	}
}
