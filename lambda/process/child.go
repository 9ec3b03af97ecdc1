package process

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"time"
)

// child is one process.
type child struct {
	fn      *Function
	edition int
	cmd     *exec.Cmd
	api     *api
	server  *http.Server
	events  chan *task
	ready   chan struct{} // closed when it asks for its first event
	failed  chan struct{} // closed when it reports that it cannot start
	exited  chan struct{} // closed when it has ended
	reason  string        // why it ended; to be read after exited
	killing sync.Once
	output  sync.WaitGroup
}

// start starts a process and the server it talks to.
func start(f *Function, edition int) (*child, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the Runtime API: %w", err)
	}
	c := &child{
		fn:      f,
		edition: edition,
		events:  make(chan *task),
		ready:   make(chan struct{}),
		failed:  make(chan struct{}),
		exited:  make(chan struct{}),
	}
	address := listener.Addr().String()
	c.api = newAPI(c, address)
	c.server = &http.Server{
		Handler:           c.api,
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          discard(),
	}
	c.cmd = exec.Command(f.command[0], f.command[1:]...)
	c.cmd.Dir = f.dir
	c.cmd.Env = append(append([]string(nil), f.env...), "AWS_LAMBDA_RUNTIME_API="+address)
	group(c.cmd)
	closers, err := c.pipes()
	if err == nil {
		err = c.cmd.Start()
	}
	// The process has its own copies of the write ends.
	for _, w := range closers {
		_ = w.Close()
	}
	if err != nil {
		_ = listener.Close()
		return nil, err
	}
	f.alive.Add(1)
	f.mu.Lock()
	f.children[c] = struct{}{}
	f.mu.Unlock()
	go func() { _ = c.server.Serve(listener) }()
	go c.wait()
	return c, nil
}

// pipes connects the output of the process to the log. It returns the write ends,
// to be closed once the process has been started.
func (c *child) pipes() ([]*os.File, error) {
	var ends []*os.File
	for _, stream := range []string{"stdout", "stderr"} {
		r, w, err := os.Pipe()
		if err != nil {
			return ends, fmt.Errorf("make a pipe: %w", err)
		}
		ends = append(ends, w)
		if stream == "stdout" {
			c.cmd.Stdout = w
		} else {
			c.cmd.Stderr = w
		}
		c.output.Add(1)
		go func() {
			defer c.output.Done()
			defer r.Close()
			newOutput(c.fn, stream).copy(r, c.exited)
		}()
	}
	return ends, nil
}

// wait waits for the end of the process and cleans up behind it.
func (c *child) wait() {
	defer c.fn.alive.Done()
	stop := make(chan struct{})
	if c.fn.memory > 0 {
		go c.limitMemory(stop)
	}
	err := reap(c.cmd)
	close(stop)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		c.reason = exit.String()
	case err != nil:
		c.reason = err.Error()
	}
	c.fn.mu.Lock()
	delete(c.fn.children, c)
	c.fn.mu.Unlock()
	close(c.exited)
	_ = c.server.Close()
	c.output.Wait()
}

// limitMemory kills the process when it and those it started use too much.
func (c *child) limitMemory(stop <-chan struct{}) {
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-stop:
			return
		case <-t.C:
		}
		if resident(c.cmd.Process.Pid) > c.fn.memory {
			c.fn.log.Warn("function exceeded its memory limit", "function", c.fn.name, "limit", c.fn.memory)
			c.signal(killGroup)
			return
		}
	}
}

// gone tells whether the process has ended.
func (c *child) gone() bool {
	select {
	case <-c.exited:
		return true
	default:
		return false
	}
}

// initError is what the process reported when it could not start.
func (c *child) initError() []byte {
	select {
	case <-c.failed:
		return c.api.fault()
	default:
		return nil
	}
}

// kill ends the process and its group at once, and waits for the end.
func (c *child) kill() {
	c.signal(killGroup)
	<-c.exited
}

// signal reaches the group while it certainly is this one's.
func (c *child) signal(send func(*os.Process)) {
	if !c.gone() {
		send(c.cmd.Process)
	}
}

// retire asks the process to end and kills it if it does not.
func (c *child) retire() {
	c.killing.Do(func() {
		c.fn.alive.Add(1)
		go func() {
			defer c.fn.alive.Done()
			c.signal(terminate)
			timer := time.NewTimer(c.fn.grace)
			defer timer.Stop()
			select {
			case <-c.exited:
			case <-timer.C:
				c.kill()
			case <-c.fn.hurry:
				c.kill()
			}
		}()
	})
}
