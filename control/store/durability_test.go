package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sluice/control/store/postgrestest"
)

// childStore has the test binary write into the store that it names.
const childStore = "SLUICE_TEST_CHILD_STORE"

func TestMain(m *testing.M) {
	if at := os.Getenv(childStore); at != "" {
		if err := writeForever(context.Background(), at, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		return
	}
	os.Exit(m.Run())
}

func openAt(ctx context.Context, at string) (Store, error) {
	if strings.HasPrefix(at, "postgres:") {
		return OpenPostgres(ctx, at)
	}
	return OpenSQLite(ctx, at)
}

// writeForever writes numbered records in threes, and each number when it is stored.
func writeForever(ctx context.Context, at string, acknowledge io.Writer) error {
	s, err := openAt(ctx, at)
	if err != nil {
		return err
	}
	for {
		var n int
		err := s.Update(ctx, func(tx Tx) error {
			last, err := tx.Get("last")
			if err != nil {
				return err
			}
			n, _ = strconv.Atoi(string(last))
			n++
			return errors.Join(tx.Put("last", strconv.AppendInt(nil, int64(n), 10)),
				tx.Put(fmt.Sprintf("small/%08d", n), []byte(strconv.Itoa(n))), tx.Put(fmt.Sprintf("large/%08d", n), largeValue(n)))
		})
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(acknowledge, n); err != nil {
			return err
		}
	}
}

// largeValue is over the threshold of compression every now and then.
func largeValue(n int) []byte {
	return []byte(strings.Repeat(strconv.Itoa(n)+",", 1+n%1500))
}

func TestKilledSQLite(t *testing.T) {
	at := filepath.Join(t.TempDir(), "sluice.db")
	killWriters(t, at, rounds(100))
}

// TestKilledPostgres kills the node; the server goes on.
func TestKilledPostgres(t *testing.T) {
	killWriters(t, postgrestest.Start(t).Database(), rounds(20))
}

func rounds(n int) int {
	if testing.Short() {
		return n / 10
	}
	return n
}

func killWriters(t *testing.T, at string, rounds int) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(3, 4))
	last := 0
	for round := range rounds {
		acknowledged := killWriter(t, at, rnd.IntN(12))
		last = checkWritten(t, at, max(acknowledged, last))
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	t.Logf("%d commits in %d rounds", last, rounds)
}

// killWriter starts a writer, kills it after some acknowledgements in the midst of
// its work, and returns the last of them.
func killWriter(t *testing.T, at string, acknowledgements int) (last int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childStore+"="+at)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for seen := 0; ; seen++ {
		if seen == acknowledgements {
			if err := cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
		if !lines.Scan() {
			break
		}
		if last, err = strconv.Atoi(lines.Text()); err != nil {
			t.Error(err)
		}
	}
	_ = cmd.Wait()
	if stderr.Len() > 0 {
		t.Error("writer: ", stderr.String())
	}
	return last
}

// checkWritten checks that all commits up to one at least are stored, and each of
// them whole. It returns the last one.
func checkWritten(t *testing.T, at string, least int) int {
	t.Helper()
	s, err := openAt(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	n := 0
	view(t, s, func(tx Tx) error {
		last, err := tx.Get("last")
		if err != nil {
			return err
		}
		n, _ = strconv.Atoi(string(last))
		if n < least {
			t.Errorf("commit %d was acknowledged, the last one is %d", least, n)
		}
		small, err := tx.List("small/", "", 0)
		if err != nil {
			return err
		}
		large, err := tx.List("large/", "", 0)
		if err != nil {
			return err
		}
		if len(small) != n || len(large) != n {
			t.Errorf("after commit %d there are %d and %d records", n, len(small), len(large))
			return nil
		}
		for i := range n {
			if string(small[i].Value) != strconv.Itoa(i+1) || string(large[i].Value) != string(largeValue(i+1)) || small[i].Revision != large[i].Revision {
				t.Errorf("commit %d is not as it was written", i+1)
			}
		}
		return nil
	})
	return n
}
