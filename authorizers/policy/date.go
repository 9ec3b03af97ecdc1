package policy

import "time"

// parseDate reads a date in one of the W3C forms of ISO 8601 or as seconds since
// the epoch (IAM user guide, "Date condition operators") and returns
// microseconds since the epoch. Four digits are a year.
func parseDate(s string) (int64, bool) {
	if len(s) < 4 || len(s) > 40 {
		return parseEpoch(s)
	}
	year, ok := digits(s, 0, 4)
	if !ok || (len(s) > 4 && s[4] != '-') {
		return parseEpoch(s)
	}
	month, day := 1, 1
	hour, minute, second, micro, offset := 0, 0, 0, 0, 0
	rest := s[4:]
	if rest != "" {
		if month, ok = digits(rest, 1, 2); !ok {
			return 0, false
		}
		rest = rest[3:]
	}
	if rest != "" && rest[0] == '-' {
		if day, ok = digits(rest, 1, 2); !ok {
			return 0, false
		}
		rest = rest[3:]
		if rest != "" && rest[0] == 'T' {
			if hour, minute, second, micro, offset, ok = parseClock(rest[1:]); !ok {
				return 0, false
			}
			rest = ""
		}
	}
	if rest != "" || month < 1 || month > 12 || day < 1 || hour > 24 || minute > 59 || second > 60 {
		return 0, false
	}
	if hour == 24 && (minute > 0 || second > 0 || micro > 0) {
		return 0, false
	}
	if t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC); t.Day() != day {
		return 0, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	return (t.Unix()-int64(offset))*1e6 + int64(micro), true
}

// parseClock reads hh:mm, hh:mm:ss or hh:mm:ss.s and a zone: Z, +hh:mm, +hhmm or none for UTC.
func parseClock(s string) (hour, minute, second, micro, offset int, ok bool) {
	if hour, ok = digits(s, 0, 2); !ok || len(s) < 5 || s[2] != ':' {
		return 0, 0, 0, 0, 0, false
	}
	if minute, ok = digits(s, 3, 2); !ok {
		return 0, 0, 0, 0, 0, false
	}
	s = s[5:]
	if s != "" && s[0] == ':' {
		if second, ok = digits(s, 1, 2); !ok {
			return 0, 0, 0, 0, 0, false
		}
		s = s[3:]
		if s != "" && s[0] == '.' {
			n, unit := 1, 100_000
			for ; n < len(s) && s[n] >= '0' && s[n] <= '9'; n++ {
				micro += int(s[n]-'0') * unit
				unit /= 10
			}
			if n == 1 {
				return 0, 0, 0, 0, 0, false
			}
			s = s[n:]
		}
	}
	if s == "" || s == "Z" {
		return hour, minute, second, micro, 0, true
	}
	if s[0] != '+' && s[0] != '-' {
		return 0, 0, 0, 0, 0, false
	}
	minutes := 3
	if len(s) == 6 && s[3] == ':' {
		minutes = 4
	} else if len(s) != 5 {
		return 0, 0, 0, 0, 0, false
	}
	h, ok1 := digits(s, 1, 2)
	m, ok2 := digits(s, minutes, 2)
	offset = (h*60 + m) * 60
	if s[0] == '-' {
		offset = -offset
	}
	return hour, minute, second, micro, offset, ok1 && ok2 && h < 24 && m < 60
}

// parseEpoch reads seconds since the epoch, with a fraction or not.
func parseEpoch(s string) (int64, bool) {
	f, ok := parseNumber(s)
	if !ok || f > 1e12 || f < -1e12 {
		return 0, false
	}
	return int64(f * 1e6), true
}

// digits reads n digits of s from i on.
func digits(s string, i, n int) (v int, ok bool) {
	if len(s) < i+n {
		return 0, false
	}
	for _, c := range []byte(s[i : i+n]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int(c-'0')
	}
	return v, true
}
