package postgrestest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestServer(t *testing.T) {
	s := Start(t)
	url := s.Database()
	if url == s.URL() {
		t.Fatalf("%s is the first database", url)
	}
	s.Exec(url, "CREATE TABLE t (n int); INSERT INTO t VALUES (1)")
	for _, end := range []func(){s.Stop, s.Kill} {
		end()
		if _, err := pgx.Connect(context.Background(), url); err == nil {
			t.Fatal("it still answers")
		}
		s.Start()
		s.Exec(url, "INSERT INTO t VALUES (2)")
	}
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var n int
	if err := conn.QueryRow(context.Background(), "SELECT sum(n) FROM t").Scan(&n); err != nil || n != 5 {
		t.Errorf("sum %d, %v; want 5", n, err)
	}
}
