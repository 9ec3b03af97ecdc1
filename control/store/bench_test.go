package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sluice/control/store/postgrestest"
)

// many is the number of records that benchmarks look among: 1,000 APIs of 300
// resources, with 2 KB each.
const many = 300_000

func resourceKey(i int) string {
	return Key("us-east-1", "resource", fmt.Sprintf("api%07d", i/300), fmt.Sprintf("r%05d", i%300))
}

// resourceValue compresses to about a third, like real ones.
func resourceValue(i int) []byte {
	var b strings.Builder
	rnd := rand.New(rand.NewPCG(uint64(i), 0))
	fmt.Fprintf(&b, `{"id":"r%05d","resourceMethods":{`, i)
	for b.Len() < 1900 {
		fmt.Fprintf(&b, `"GET":{"httpMethod":"GET","authorizationType":"NONE","apiKeyRequired":false,"methodIntegration":{"type":"HTTP_PROXY",`+
			`"uri":"http://%x.example/%x","requestParameters":{"integration.request.path.%x":"method.request.path.%x"}}},`,
			rnd.Uint64(), rnd.Uint64(), rnd.Uint32(), rnd.Uint64())
	}
	return []byte(b.String())
}

func seed(b *testing.B, s Store, records int) {
	b.Helper()
	for first := 0; first < records; first += 5000 {
		update(b, s, func(tx Tx) error {
			for i := first; i < min(first+5000, records); i++ {
				if err := tx.Put(resourceKey(i), resourceValue(i)); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func benchmarkStore(b *testing.B, s Store, records int) {
	seed(b, s, records)
	b.Run("Get", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			view(b, s, func(tx Tx) error {
				_, err := tx.Get(resourceKey(i * 7919 % records))
				return err
			})
		}
	})
	b.Run("List25", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			view(b, s, func(tx Tx) error {
				key := resourceKey(i * 7919 % records)
				got, err := tx.List(key[:strings.LastIndexByte(key, '/')+1], "", 25)
				if len(got) != 25 {
					b.Fatal(len(got))
				}
				return err
			})
		}
	})
	b.Run("Put", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			update(b, s, func(tx Tx) error { return tx.Put(resourceKey(i*7919%records), resourceValue(i)) })
		}
	})
	snapshot := []byte(strings.Repeat(string(resourceValue(1))+string(resourceValue(2)), 1000))
	b.Run("Put4MB", func(b *testing.B) {
		b.SetBytes(int64(len(snapshot)))
		for b.Loop() {
			update(b, s, func(tx Tx) error { return tx.Put("snapshot", snapshot) })
		}
	})
	b.Run("Get4MB", func(b *testing.B) {
		b.SetBytes(int64(len(snapshot)))
		for b.Loop() {
			get(b, s, "snapshot")
		}
	})
}

func BenchmarkMemory(b *testing.B) { benchmarkStore(b, memoryKind().open(b), many) }

func BenchmarkSQLite(b *testing.B) { benchmarkStore(b, sqliteKind().open(b), many) }

func BenchmarkPostgres(b *testing.B) {
	benchmarkStore(b, postgresKind(postgrestest.Start(b, "fsync=on")).open(b), many)
}

// BenchmarkOtherNode is the time from an Update on one node until another one has
// seen it, and back.
func BenchmarkOtherNode(b *testing.B) {
	url := postgrestest.Start(b, "fsync=on").Database()
	var nodes [2]Store
	seen := make(chan struct{}, 2)
	for i := range nodes {
		s, err := OpenPostgres(b.Context(), url)
		nodes[i] = opened(b, s, err)
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error)
		go func() { ended <- s.Run(ctx) }()
		b.Cleanup(func() {
			cancel()
			<-ended
		})
		s.Subscribe(func(context.Context, []Change) { seen <- struct{}{} })
	}
	for b.Loop() {
		for _, s := range nodes {
			put(b, s, "a", "")
			<-seen
			<-seen
		}
	}
}

// BenchmarkStart is a start with many records: opening the file, and reading all.
func BenchmarkStart(b *testing.B) {
	path := filepath.Join(b.TempDir(), "sluice.db")
	s, err := OpenSQLite(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	seed(b, s, many)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	if info, err := os.Stat(path); err == nil {
		b.Logf("the file has %d MB", info.Size()>>20)
	}
	for b.Loop() {
		start := time.Now()
		s, err := OpenSQLite(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(start).Microseconds())/1000, "open-ms")
		start = time.Now()
		n := 0
		view(b, s, func(tx Tx) error {
			for after := ""; ; n++ {
				page, err := tx.List("", after, 1000)
				if err != nil || len(page) == 0 {
					return err
				}
				after = page[len(page)-1].Key
			}
		})
		b.ReportMetric(float64(time.Since(start).Milliseconds()), "read-all-ms")
		start = time.Now()
		var counted countingWriter
		if err := s.Backup(context.Background(), &counted); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(start).Milliseconds()), "backup-ms")
		b.ReportMetric(float64(counted>>20), "backup-MB")
		s.Close()
	}
}

type countingWriter int

func (c *countingWriter) Write(p []byte) (int, error) {
	*c += countingWriter(len(p))
	return len(p), nil
}

// BenchmarkCodec is what compression costs and saves.
func BenchmarkCodec(b *testing.B) {
	c, err := newCodec()
	if err != nil {
		b.Fatal(err)
	}
	for _, size := range []int{2 << 10, 4 << 10, 64 << 10, 4 << 20} {
		var value []byte
		for i := 0; len(value) < size; i++ {
			value = append(value, resourceValue(i)...)
		}
		value = value[:size]
		short := c.enc.EncodeAll(value, nil)
		b.Run(fmt.Sprintf("encode%dKB", size>>10), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				c.enc.EncodeAll(value, make([]byte, 0, size/4))
			}
			b.ReportMetric(float64(len(short))/float64(size), "ratio")
		})
		b.Run(fmt.Sprintf("decode%dKB", size>>10), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, err := c.dec.DecodeAll(short, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
