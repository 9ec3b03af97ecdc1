package api

import (
	"encoding/json"
	"time"
)

// Timestamp is a time that travels as epoch seconds, as the service writes it.
type Timestamp struct{ time.Time }

// MarshalJSON writes whole epoch seconds.
func (t Timestamp) MarshalJSON() ([]byte, error) { return json.Marshal(t.Unix()) }

// UnmarshalJSON reads epoch seconds, with or without a fraction.
func (t *Timestamp) UnmarshalJSON(b []byte) error {
	var s float64
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	t.Time = time.Unix(int64(s), int64((s-float64(int64(s)))*1e9)).UTC()
	return nil
}
