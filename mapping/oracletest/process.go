package oracletest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"

	"sluice/mapping/vtl/value"
)

// Case is one template with what it is rendered for.
type Case struct {
	ID             string                       `json:"id"`
	Template       string                       `json:"template"`
	Body           string                       `json:"body,omitempty"`
	Params         map[string]map[string]string `json:"params,omitempty"`
	Context        map[string]any               `json:"context,omitempty"`
	StageVariables map[string]string            `json:"stageVariables,omitempty"`
}

// Answer is what an engine says to a case: an output or an error.
type Answer struct {
	ID, Output, Error, Message        string
	RequestOverride, ResponseOverride string // JSON; empty when nothing was put there
}

// parseAnswer reads one line of the reference, which writes numbers, such as
// Infinity, that are no JSON.
func parseAnswer(line string) (a Answer, err error) {
	v, err := value.ParseJSON(line)
	m := v.Map()
	if err != nil || m == nil {
		return a, fmt.Errorf("answer %q: %w", line, err)
	}
	text := func(name string) string {
		v, _ := m.Get(name)
		s, _ := v.Str()
		return string(value.SanitizeUTF8([]byte(s), 0))
	}
	override := func(name string) string {
		v, ok := m.Get(name)
		if !ok {
			return ""
		}
		return string(value.SanitizeUTF8(value.AppendJSON(nil, v, value.Compact), 0))
	}
	return Answer{
		ID: text("id"), Output: text("output"), Error: text("error"), Message: text("message"),
		RequestOverride: override("requestOverride"), ResponseOverride: override("responseOverride"),
	}, nil
}

// Process is a running reference.
type Process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// Start runs the reference program at path.
func Start(path string, args ...string) (*Process, error) {
	p := &Process{cmd: exec.Command(path, args...)}
	p.cmd.Stderr = os.Stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReaderSize(out, 1<<20)
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the reference: %w", err)
	}
	return p, nil
}

// Ask sends cases and returns the answers to them, in their order.
func (p *Process) Ask(cases []Case) ([]Answer, error) {
	sent := make(chan error, 1)
	go func() {
		w := bufio.NewWriterSize(p.in, 1<<16)
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		for i := range cases {
			if err := enc.Encode(&cases[i]); err != nil {
				sent <- err
				return
			}
		}
		sent <- w.Flush()
	}()
	answers := make([]Answer, len(cases))
	for i := range answers {
		line, err := p.out.ReadBytes('\n')
		if err != nil {
			return nil, fmt.Errorf("after %d answers: %w", i, err)
		}
		if answers[i], err = parseAnswer(string(line)); err != nil {
			return nil, err
		}
	}
	return answers, <-sent
}

// Close ends the reference.
func (p *Process) Close() error {
	p.in.Close()
	return p.cmd.Wait()
}
