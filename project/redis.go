package project

import (
	"time"

	"sluice/throttle/fleet"
)

// Redis is where nodes share limits and cached answers.
type Redis struct {
	URL   string        // see fleet.ParseURL; "" is none
	Name  string        // of the fleet; "" is the default
	Wait  time.Duration // the longest that a request waits; 0 is the default
	Nodes int           // assumed to live until Redis says how many do; 0 is the default
	Lease int           // tokens that a node takes ahead; 0 is none
}

func (l *loader) readRedis(n *node) {
	r := &l.project.Metering.Redis
	if v := n.get("url"); v != nil {
		if err := CheckRedisURL(v.text); err != nil {
			l.problem(v.at, "%s", err)
		} else {
			r.URL = v.text
		}
	}
	r.Name = textOf(n, "name")
	if v := n.get("waitMs"); v != nil {
		r.Wait = time.Duration(v.number()) * time.Millisecond
	}
	if v := n.get("nodes"); v != nil {
		r.Nodes = int(v.number())
	}
	if v := n.get("lease"); v != nil {
		r.Lease = int(v.number())
	}
}

// CheckRedisURL tells what is wrong with the URL of a Redis, which it does not
// repeat: there may be a password in it.
func CheckRedisURL(text string) error {
	_, err := fleet.ParseURL(text)
	return err
}
