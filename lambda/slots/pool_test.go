package slots

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestReuse(t *testing.T) {
	p := New[int](2, 0)
	ctx := context.Background()
	if _, fresh, err := p.Acquire(ctx, time.Time{}); !fresh || err != nil {
		t.Fatal(fresh, err)
	}
	p.Put(7)
	if v, fresh, err := p.Acquire(ctx, time.Time{}); v != 7 || fresh || err != nil {
		t.Fatal(v, fresh, err)
	}
	if _, fresh, err := p.Acquire(ctx, time.Time{}); !fresh || err != nil {
		t.Fatal(fresh, err)
	}
	if _, _, err := p.Acquire(ctx, time.Time{}); !errors.Is(err, ErrFull) {
		t.Fatal(err)
	}
	p.Drop()
	p.Put(8)
	if idle := p.Drain(); len(idle) != 1 || idle[0] != 8 {
		t.Fatal(idle)
	}
	for range 2 {
		if _, fresh, err := p.Acquire(ctx, time.Time{}); !fresh || err != nil {
			t.Fatal(fresh, err)
		}
	}
}

func TestLeave(t *testing.T) {
	p := New[int](1, 10)
	_, _, _ = p.Acquire(context.Background(), time.Time{})
	if _, _, err := p.Acquire(context.Background(), time.Now().Add(time.Millisecond)); !errors.Is(err, ErrLeft) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := p.Acquire(ctx, time.Time{}); !errors.Is(err, ErrLeft) {
		t.Fatal(err)
	}
	p.Put(1)
	if v, _, err := p.Acquire(context.Background(), time.Time{}); v != 1 || err != nil {
		t.Fatal("those who left kept the slot", err)
	}
}

func TestClose(t *testing.T) {
	p := New[int](1, 10)
	_, _, _ = p.Acquire(context.Background(), time.Time{})
	done := make(chan error)
	go func() {
		_, _, err := p.Acquire(context.Background(), time.Time{})
		done <- err
	}()
	p.Close()
	if err := <-done; !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
	if p.Put(1) {
		t.Fatal("a closed pool keeps an instance")
	}
}

// TestBound checks under load that no more than the slots are out at a time, and
// that none is lost.
func TestBound(t *testing.T) {
	p := New[int](3, 1000)
	var out, made atomic.Int64
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range 20 {
				deadline := time.Time{}
				if (i+j)%7 == 0 {
					deadline = time.Now().Add(time.Microsecond)
				}
				_, fresh, err := p.Acquire(context.Background(), deadline)
				if err != nil {
					continue
				}
				if fresh {
					made.Add(1)
				}
				if n := out.Add(1); n > 3 {
					t.Errorf("%d are out", n)
				}
				out.Add(-1)
				if (i+j)%5 == 0 {
					p.Drop()
				} else {
					p.Put(1)
				}
			}
		}()
	}
	wg.Wait()
	for range 3 {
		if _, _, err := p.Acquire(context.Background(), time.Now().Add(time.Second)); err != nil {
			t.Fatal("a slot was lost", err)
		}
	}
}

func BenchmarkAcquire(b *testing.B) {
	p := New[int](1, 0)
	b.ReportAllocs()
	for b.Loop() {
		_, _, _ = p.Acquire(context.Background(), time.Time{})
		p.Put(1)
	}
}
