package static

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"sluice/lambda"
)

// recheck is how long the file is taken for unchanged.
const recheck = 100 * time.Millisecond

// Function is a function whose answer is a file. It implements lambda.Invoker.
type Function struct {
	name    string
	file    string
	recheck time.Duration
	answer  atomic.Pointer[answer]
}

// answer is the content of the file at some time.
type answer struct {
	payload []byte
	size    int64
	changed time.Time
	looked  time.Time
}

// New makes a function; dir is what a relative file is relative to. The file must
// be there.
func New(cfg *lambda.Function, dir string) (*Function, error) {
	f := &Function{name: cfg.Name, file: cfg.File, recheck: recheck}
	if !filepath.IsAbs(f.file) {
		f.file = filepath.Join(dir, f.file)
	}
	if _, err := f.content(); err != nil {
		return nil, fmt.Errorf("function %s: %w", cfg.Name, err)
	}
	return f, nil
}

// Invoke answers with the file.
func (f *Function) Invoke(ctx context.Context, inv *lambda.Invocation) (*lambda.Result, error) {
	if err := inv.CheckSize(); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, lambda.Left(inv.Function, ctx)
	}
	payload, err := f.content()
	if err != nil {
		return nil, &lambda.Error{Kind: lambda.KindFailed, Function: inv.Function.Name, Err: err}
	}
	id := inv.RequestID
	if id == "" {
		id = uuid.NewString()
	}
	return &lambda.Result{
		Payload: payload, RequestID: strings.Clone(id), ExecutedVersion: lambda.Latest, StatusCode: 200,
	}, nil
}

// Close does nothing: there is nothing to end.
func (f *Function) Close() error { return nil }

// content is what the file holds. Callers share it and do not change it.
func (f *Function) content() ([]byte, error) {
	now := time.Now()
	old := f.answer.Load()
	if old != nil && now.Sub(old.looked) < f.recheck {
		return old.payload, nil
	}
	file, err := os.Open(f.file)
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	fresh := &answer{size: info.Size(), changed: info.ModTime(), looked: now}
	if old != nil && old.size == fresh.size && old.changed.Equal(fresh.changed) {
		fresh.payload = old.payload
		f.answer.Store(fresh)
		return fresh.payload, nil
	}
	fresh.payload, err = io.ReadAll(io.LimitReader(file, lambda.MaxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if len(fresh.payload) > lambda.MaxAnswer {
		return nil, fmt.Errorf("read the answer: %s has more than %s bytes", f.file, strconv.Itoa(lambda.MaxAnswer))
	}
	f.answer.Store(fresh)
	return fresh.payload, nil
}
