//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var errOneCore = errors.New("two cores are needed: one for the gateway, one for the load")

// readyTime is how long a gateway may take to start: 10,000 resources included.
const readyTime = 60 * time.Second

// process is a server under measurement, with a log of what it prints.
type process struct {
	name   string
	cmd    *exec.Cmd
	output string // file with its standard output and error
	ready  time.Duration
	done   chan struct{}
}

// start starts a server on a core and waits until it accepts connections.
func start(ctx context.Context, name, dir, addr string, core int, argv ...string) (*process, error) {
	p := &process{name: name, output: filepath.Join(dir, name+".out"), done: make(chan struct{})}
	out, err := os.Create(p.output)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	p.cmd = exec.Command(argv[0], argv[1:]...)
	p.cmd.Dir = dir
	p.cmd.Stdout, p.cmd.Stderr = out, out
	p.cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	// A group of its own, so that workers are ended with their master.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	began := time.Now()
	if err := startOn(p.cmd, core); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for time.Since(began) < readyTime {
		if c, err := net.Dial("tcp", addr); err == nil {
			p.ready = time.Since(began)
			return p, c.Close()
		}
		select {
		case <-p.done:
			return nil, fmt.Errorf("%s ended: %s", name, p.said())
		case <-ctx.Done():
			p.stop()
			return nil, ctx.Err()
		case <-tick.C:
		}
	}
	p.stop()
	return nil, fmt.Errorf("%s did not get ready: %s", name, p.said())
}

// said is the end of what the process has printed.
func (p *process) said() string {
	b, _ := os.ReadFile(p.output)
	return string(bytes.TrimSpace(b[max(0, len(b)-500):]))
}

// stop ends the process and its group: politely first.
func (p *process) stop() {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		_ = syscall.Kill(-p.cmd.Process.Pid, sig)
		select {
		case <-p.done:
			return
		case <-time.After(2 * time.Second):
		}
	}
}

// cpu is the CPU time that the process has used so far, in nanoseconds.
// /proc/PID/stat counts in ticks of 10 ms; schedstat does not.
func (p *process) cpu() (time.Duration, error) {
	root := filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "task")
	tasks, err := os.ReadDir(root)
	if err != nil {
		return 0, fmt.Errorf("%s is gone: %w", p.name, err)
	}
	var sum time.Duration
	for _, t := range tasks {
		b, err := os.ReadFile(filepath.Join(root, t.Name(), "schedstat"))
		if err != nil {
			continue // a thread that has ended meanwhile
		}
		first, _, _ := strings.Cut(string(b), " ")
		n, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(n)
	}
	return sum, nil
}

// resident is the memory of the process in bytes.
func (p *process) resident() int64 {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10
		}
	}
	return 0
}

// idle is the memory of the process once that stays the same.
func (p *process) idle(ctx context.Context) int64 {
	const still, most = 5, 50
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	last, same := p.resident(), 0
	for range most {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return last
		}
		now := p.resident()
		if same++; now != last {
			last, same = now, 0
		}
		if same == still {
			break
		}
	}
	return last
}

// freeAddress is a loopback address that nobody listens on.
func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}
