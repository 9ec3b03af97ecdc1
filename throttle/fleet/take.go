package fleet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// MaxBuckets is how many buckets one call can take from.
const MaxBuckets = 3

// Bucket is a token bucket that a request needs a token from.
type Bucket struct {
	Key      string  // see Key
	Interval float64 // microseconds from one token to the next
	Window   float64 // microseconds to fill an empty bucket
	Want     int64   // tokens; 1 of them is for the request
	Debt     float64 // microseconds that it needs to be full, if Redis does not know it
}

// Period is the period of a quota, and a day in it. Days are counted from 1970-01-01.
type Period struct {
	Name  string // different for different periods
	Start int64
	Day   int64
	Floor int64 // requests in it that the caller knows of
}

// Quota is a quota that a request counts against.
type Quota struct {
	Key string
	Period
	Limit int64
}

// Usage is what is known of a quota's period.
type Usage struct {
	Used  int64
	Extra int64 // what was added to the quota
}

// Answer is the answer to Take.
type Answer struct {
	// Refused is the index of the bucket that refused, len(buckets) for the
	// quota, -1 if all granted.
	Refused int
	Granted [MaxBuckets]int64
	Usage   Usage  // if there was a quota that was asked
	Epoch   uint64 // in which it was counted
}

// Key makes a key of a kind from parts.
func (c *Client) Key(kind string, parts ...string) string {
	n := len(c.prefix) + len(kind)
	for _, p := range parts {
		n += len(p) + 5
	}
	b := make([]byte, 0, n)
	b = append(append(b, c.prefix...), kind...)
	for _, p := range parts {
		b = append(b, ':')
		b = strconv.AppendInt(b, int64(len(p)), 10)
		b = append(append(b, ':'), p...)
	}
	return string(b)
}

// Take takes tokens from at most MaxBuckets buckets and counts against the quota
// (nil: none), from all or from none, in one round trip.
func (c *Client) Take(ctx context.Context, buckets []Bucket, quota *Quota) (Answer, error) {
	e := c.epoch.Load()
	keys := make([]string, 0, MaxBuckets+2)
	args := make([]any, 0, 1+4*MaxBuckets+6)
	args = append(args, len(buckets))
	for i := range buckets {
		b := &buckets[i]
		keys = append(keys, b.Key)
		args = append(args, b.Interval, b.Window, b.Want, b.Debt)
	}
	if quota != nil {
		keys = append(keys, quota.Key)
		args = append(args, quota.Name, quota.Start, quota.Day, quota.Floor, quota.Limit)
	}
	keys = append(keys, c.epochKey)
	args = append(args, e.name())
	ctx, cancel := context.WithTimeout(ctx, c.wait)
	defer cancel()
	c.calls.Add(1)
	v, err := takeScript.Run(ctx, c.redis, keys, args...).Int64Slice()
	if err != nil {
		return Answer{}, c.failed(err)
	}
	a, err := readAnswer(v, len(buckets), quota != nil)
	if e != nil {
		a.Epoch = e.number
	}
	return a, err
}

func readAnswer(v []int64, buckets int, quota bool) (Answer, error) {
	a := Answer{Refused: -1}
	if len(v) == 0 {
		return a, errors.New("redis: empty answer")
	}
	if most := int64(buckets); v[0] < 0 || v[0] > most+1 || v[0] == most+1 && !quota {
		return a, fmt.Errorf("redis: answer %d", v[0])
	}
	if v[0] != 0 {
		a.Refused = int(v[0]) - 1
		if a.Refused == buckets && len(v) == 3 {
			a.Usage = Usage{v[1], v[2]}
		}
		return a, nil
	}
	v = v[1:]
	want := buckets
	if quota {
		want += 2
	}
	if len(v) != want {
		return a, fmt.Errorf("redis: answer of %d numbers instead of %d", len(v), want)
	}
	copy(a.Granted[:], v[:buckets])
	if quota {
		a.Usage = Usage{v[buckets], v[buckets+1]}
	}
	return a, nil
}

// failed takes the client out of service after a call without an answer.
func (c *Client) failed(err error) error {
	c.failures.Add(1)
	c.down(err)
	return err
}

// NotSent says whether an error tells for certain that a call did not reach Redis.
func NotSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial" || errors.Is(err, redis.ErrPoolTimeout) || errors.Is(err, redis.ErrClosed) || refusedByServer(err)
}

// refusedByServer says whether Redis itself answered with an error, as it does
// before it runs a script while it loads its data or is a replica.
func refusedByServer(err error) bool {
	var e redis.Error
	return errors.As(err, &e)
}
