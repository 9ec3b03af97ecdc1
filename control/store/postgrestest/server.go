package postgrestest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// guard runs a server until it is told by which signal to end it. When a test
// process dies without a word, the server ends with it.
const guard = `"$@" & read -r signal; kill -s "${signal:-QUIT}" $!; wait $!`

// name is that of the superuser and of the first database.
const name = "sluice"

// Server is a PostgreSQL server on the loopback interface.
type Server struct {
	t         testing.TB
	bin       string // where the programs are
	dir       string
	port      int
	args      []string
	cmd       *exec.Cmd
	stdin     io.Writer // of the guard
	log       bytes.Buffer
	databases atomic.Int64
}

// Start makes a server, with more settings such as "max_connections=200", and waits
// until it answers. It is killed at the end of the test.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	s := &Server{t: t, bin: programs(t), port: freePort(t)}
	s.makeDir()
	for _, setting := range append([]string{
		"fsync=off", "listen_addresses=127.0.0.1", "unix_socket_directories=", "port=" + strconv.Itoa(s.port), "max_connections=100",
	}, settings...) {
		s.args = append(s.args, "-c", setting)
	}
	t.Cleanup(s.Kill)
	s.Start()
	return s
}

// programs is the directory of the newest version: Debian keeps them off the PATH.
func programs(t testing.TB) string {
	t.Helper()
	versions, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		t.Fatal(err)
	}
	if len(versions) > 0 {
		return filepath.Dir(slices.MaxFunc(versions, func(a, b string) int { return version(a) - version(b) }))
	}
	path, err := exec.LookPath("postgres")
	if err != nil {
		t.Fatal("this test needs PostgreSQL, of the Debian package postgresql: ", err)
	}
	return filepath.Dir(path)
}

func version(program string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(program))))
	return n
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// makeDir makes the data directory, outside the test's own: another user must be
// able to reach it.
func (s *Server) makeDir() {
	s.t.Helper()
	dir, err := os.MkdirTemp("", "postgrestest-")
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { os.RemoveAll(dir) })
	s.dir = filepath.Join(dir, "data")
	if err := os.Mkdir(s.dir, 0o700); err != nil {
		s.t.Fatal(err)
	}
	if u := s.owner(); u != nil {
		uid, gid := ids(s.t, u)
		for _, path := range []string{dir, s.dir} {
			if err := os.Chown(path, uid, gid); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	if out, err := s.command("initdb", "-D", s.dir, "-U", name, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions").
		CombinedOutput(); err != nil {
		s.t.Fatalf("initdb: %v\n%s", err, out)
	}
}

// owner is who runs the server where that cannot be this process's user: PostgreSQL
// refuses to run as root.
func (s *Server) owner() *user.User {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			return u
		}
	}
	s.t.Fatal("PostgreSQL does not run as root, and there is no user postgres or nobody")
	return nil
}

func ids(t testing.TB, u *user.User) (uid, gid int) {
	t.Helper()
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		t.Fatal(err)
	}
	if gid, err = strconv.Atoi(u.Gid); err != nil {
		t.Fatal(err)
	}
	return uid, gid
}

func (s *Server) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, program), args...)
	cmd.Dir = filepath.Dir(s.dir)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	if u := s.owner(); u != nil {
		runAs(s.t, cmd, u)
	}
	return cmd
}

// URL is the address of the server's first database.
func (s *Server) URL() string { return s.url(name) }

func (s *Server) url(database string) string {
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s?sslmode=disable", name, s.port, database)
}

// Database makes an empty database and returns its URL.
func (s *Server) Database() string {
	s.t.Helper()
	database := "test" + strconv.FormatInt(s.databases.Add(1), 10)
	s.Exec(s.url("postgres"), "CREATE DATABASE "+database)
	return s.url(database)
}

// Exec runs commands in a database.
func (s *Server) Exec(url, commands string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, commands); err != nil {
		s.t.Fatalf("%s: %v", commands, err)
	}
}

// Start starts a server that was stopped or killed, with the data that it had.
func (s *Server) Start() {
	s.t.Helper()
	s.log.Reset()
	s.cmd = s.command("postgres", append([]string{"-D", s.dir}, s.args...)...)
	s.cmd.Args = append([]string{"sh", "-c", guard, "guard", s.cmd.Path}, s.cmd.Args[1:]...)
	s.cmd.Path = "/bin/sh"
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	stdin, err := s.cmd.StdinPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	s.stdin = stdin
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	deadline := time.Now().Add(30 * time.Second)
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for {
		err := s.ping()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			s.Kill()
			s.t.Fatalf("postgres does not answer: %v\n%s", err, s.log.String())
		}
		<-poll.C
	}
}

// ping also makes the first database, which initdb does not.
func (s *Server) ping() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil || there {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+name)
	return err
}

// Stop ends the server in order, disconnecting everyone.
func (s *Server) Stop() { s.end("INT\n") }

// Kill has the server crash. What was committed is there when it starts again.
func (s *Server) Kill() { s.end("QUIT\n") }

func (s *Server) end(signal string) {
	if s.cmd != nil {
		_, _ = io.WriteString(s.stdin, signal)
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}
