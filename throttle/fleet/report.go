package fleet

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Admitted are requests that were let in without asking Redis.
type Admitted struct {
	Key string // of the usage
	Period
	On    int64 // the day on which they were made
	Count int64
	// Again says that they were counted in an epoch before, and are to be restored.
	Again bool
	Extra int64 // what was added to the quota, to be restored with them
}

// ReportID makes the id by which a report is counted once.
func ReportID() string { return newID() }

// Report counts admitted requests, at most a few hundred in one call. A report that
// failed is sent again with the same id and the same content. The answer has the
// usage of each, and the epoch in which it was counted.
func (c *Client) Report(ctx context.Context, id string, admitted []Admitted) (usages []Usage, in uint64, err error) {
	e := c.epoch.Load()
	keys := make([]string, 1, 2+len(admitted))
	keys[0] = c.Key("r", id)
	args := make([]any, 0, 8*len(admitted)+1)
	for i := range admitted {
		a := &admitted[i]
		keys = append(keys, a.Key)
		again := 0
		if a.Again {
			again = 1
		}
		args = append(args, a.Name, a.Start, a.Day, a.Floor, a.On, a.Count, again, a.Extra)
	}
	keys = append(keys, c.epochKey)
	args = append(args, e.name())
	ctx, cancel := context.WithTimeout(ctx, backgroundWait)
	defer cancel()
	v, err := reportScript.Run(ctx, c.redis, keys, args...).Int64Slice()
	if err != nil {
		return nil, 0, c.failed(err)
	}
	if len(v) != 2*len(admitted) {
		return nil, 0, errors.New("redis: answer of another length")
	}
	if e != nil {
		in = e.number
	}
	usages = make([]Usage, len(admitted))
	for i := range usages {
		usages[i] = Usage{v[2*i], v[2*i+1]}
	}
	return usages, in, nil
}

// Extend makes remaining what is left of a quota and answers the usage and the
// requests of today.
func (c *Client) Extend(ctx context.Context, q Quota, remaining int64) (u Usage, today int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, backgroundWait)
	defer cancel()
	v, err := extendScript.Run(ctx, c.redis, []string{q.Key, c.epochKey}, q.Name, q.Start, q.Day, q.Floor, q.Limit, remaining, c.epoch.Load().name()).Int64Slice()
	if err != nil {
		return Usage{}, 0, c.failed(err)
	}
	if len(v) != 3 {
		return Usage{}, 0, errors.New("redis: answer of another length")
	}
	return Usage{v[0], v[1]}, v[2], nil
}

// Days reads usages: the requests by day, and what is known of the period that each
// was last counted in, with its name.
func (c *Client) Days(ctx context.Context, keys []string) ([]DayCounts, error) {
	ctx, cancel := context.WithTimeout(ctx, backgroundWait)
	defer cancel()
	all := make([]*redis.MapStringStringCmd, len(keys))
	_, err := c.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, key := range keys {
			all[i] = p.HGetAll(ctx, key)
		}
		return nil
	})
	if err != nil {
		return nil, c.failed(err)
	}
	counts := make([]DayCounts, len(keys))
	for i, cmd := range all {
		counts[i].Days = map[int64]int64{}
		for field, text := range cmd.Val() {
			n, _ := strconv.ParseInt(text, 10, 64)
			switch {
			case field == "p":
				counts[i].Period = text
			case field == "x":
				counts[i].Extra = n
			case strings.HasPrefix(field, "d"):
				if day, err := strconv.ParseInt(field[1:], 10, 64); err == nil {
					counts[i].Days[day] = n
				}
			}
		}
	}
	return counts, nil
}

// DayCounts is a usage day by day.
type DayCounts struct {
	Days   map[int64]int64
	Period string // the Name of the period that Extra is for
	Extra  int64
}
