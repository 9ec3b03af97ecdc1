package policy

import "strconv"

// parseNumber reads a decimal number such as -1.5e3. Hexadecimal, infinite and
// underscored forms, which strconv would take, are none; and looking first
// spares the error that strconv would allocate for a hostile value.
func parseNumber(s string) (float64, bool) {
	if len(s) > 64 {
		return 0, false
	}
	digits, exponent := 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && !exponent:
		case (c == '-' || c == '+') && (i == 0 || s[i-1] == 'e' || s[i-1] == 'E'):
		case (c == 'e' || c == 'E') && digits > 0 && !exponent:
			exponent = true
		default:
			return 0, false
		}
	}
	if digits == 0 {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}
