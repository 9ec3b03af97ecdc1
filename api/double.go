package api

import (
	"encoding/json"
	"math"
	"strconv"
)

// Double is a number that the wire writes with a fraction, as 2.0.
type Double float64

// MarshalJSON writes a number that always has a fraction or an exponent.
func (d Double) MarshalJSON() ([]byte, error) {
	f := float64(d)
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.AppendFloat(nil, f, 'f', 1, 64), nil
	}
	return json.Marshal(f)
}
