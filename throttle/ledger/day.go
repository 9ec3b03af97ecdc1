package ledger

import "time"

// Day is a day in UTC, counted from 1970-01-01.
type Day int32

// DayOf is the day of a time.
func DayOf(t time.Time) Day {
	s := t.Unix()
	d := s / 86400
	if s%86400 < 0 {
		d--
	}
	return Day(d)
}

// Time is the day's first moment.
func (d Day) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String is the day as YYYY-MM-DD.
func (d Day) String() string { return d.Time().Format(time.DateOnly) }

// ParseDay reads YYYY-MM-DD.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, err
	}
	return DayOf(t), nil
}

// Period is the length of a quota's period, by its name on the wire.
type Period string

// The periods that the service has.
const (
	Daily   Period = "DAY"
	Weekly  Period = "WEEK"  // from Sunday
	Monthly Period = "MONTH" // from the first
)

// Valid says whether the service has such a period.
func (p Period) Valid() bool { return p == Daily || p == Weekly || p == Monthly }

// Start is the first day of the period that holds d.
func (p Period) Start(d Day) Day {
	switch p {
	case Weekly:
		return d - Day(d.Time().Weekday())
	case Monthly:
		return d - Day(d.Time().Day()-1)
	}
	return d
}

// End is the first day after the period that holds d.
func (p Period) End(d Day) Day {
	switch p {
	case Weekly:
		return p.Start(d) + 7
	case Monthly:
		t := p.Start(d).Time()
		return DayOf(t.AddDate(0, 1, 0))
	}
	return d + 1
}
