package jsonpath

import "strings"

// syntaxError is a failure of compilation. invalid marks Jayway's
// InvalidPathException, which a filter expression can recover from, against
// other exceptions (a bad number, a bad regex, reading past the end), which it
// cannot.
type syntaxError struct {
	message string
	invalid bool
}

// fail ends compilation with an InvalidPathException. Like text/template's
// parser, the compiler unwinds by panicking with its own type and recovers at
// its entrance.
func fail(message string) { panic(&syntaxError{message: message, invalid: true}) }

// crash ends compilation with any other exception.
func crash(message string) { panic(&syntaxError{message: message}) }

// cursor walks over a path. end is the last position that counts, which may be
// before the end of text: reading between the two is not an error.
type cursor struct {
	text string
	pos  int
	end  int
}

func newCursor(text string) cursor { return cursor{text: text, end: len(text) - 1} }

func (c *cursor) length() int { return c.end + 1 }

func (c *cursor) at(i int) byte {
	if i < 0 || i >= len(c.text) {
		crash("index out of range")
	}
	return c.text[i]
}

func (c *cursor) sub(from, to int) string {
	if from < 0 || to > len(c.text) || from > to {
		crash("index out of range")
	}
	return c.text[from:to]
}

func (c *cursor) current() byte         { return c.at(c.pos) }
func (c *cursor) is(b byte) bool        { return c.at(c.pos) == b }
func (c *cursor) lastIs(b byte) bool    { return c.at(c.end) == b }
func (c *cursor) nextIs(b byte) bool    { return c.inside(c.pos+1) && c.at(c.pos+1) == b }
func (c *cursor) inside(i int) bool     { return i >= 0 && i <= c.end }
func (c *cursor) inBounds() bool        { return c.inside(c.pos) }
func (c *cursor) isTail() bool          { return c.pos >= c.end }
func (c *cursor) hasMore() bool         { return c.inside(c.pos + 1) }
func (c *cursor) significantNext() byte { return c.significantAfter(c.pos) }

func (c *cursor) skipBlanks() *cursor {
	for c.inBounds() && c.pos < c.end && c.current() == ' ' {
		c.pos++
	}
	return c
}

func (c *cursor) trim() {
	c.skipBlanks()
	for c.inBounds() && c.pos < c.end && c.lastIs(' ') {
		c.end--
	}
}

// afterBlanks is the first position behind i that holds no blank.
func (c *cursor) afterBlanks(i int) int {
	i++
	for c.inside(i) && c.at(i) == ' ' {
		i++
	}
	return i
}

// indexOfSignificant is the next position behind i that holds no blank, if it
// holds b; else -1.
func (c *cursor) indexOfSignificant(i int, b byte) int {
	i = c.afterBlanks(i)
	if c.at(i) == b {
		return i
	}
	return -1
}

func (c *cursor) significantIs(i int, b byte) bool {
	i = c.afterBlanks(i)
	return c.inside(i) && c.at(i) == b
}

func (c *cursor) significantAfter(i int) byte {
	i = c.afterBlanks(i)
	if c.inside(i) {
		return c.at(i)
	}
	return ' '
}

func (c *cursor) indexOfPrevious() int {
	i := c.pos - 1
	for c.inside(i) && c.at(i) == ' ' {
		i--
	}
	if c.inside(i) {
		return i
	}
	return -1
}

func (c *cursor) previous() byte {
	if i := c.indexOfPrevious(); i >= 0 {
		return c.at(i)
	}
	return ' '
}

func (c *cursor) indexOf(from int, b byte) int {
	for i := from; c.inside(i); i++ {
		if c.at(i) == b {
			return i
		}
	}
	return -1
}

// indexOfUnescaped is the next b behind from that no backslash hides; else -1.
func (c *cursor) indexOfUnescaped(from int, b byte) int {
	escaped := false
	for i := from + 1; c.inside(i); i++ {
		switch {
		case escaped:
			escaped = false
		case c.at(i) == '\\':
			escaped = true
		case c.at(i) == b:
			return i
		}
	}
	return -1
}

// indexOfMatching is the position of the close that belongs to the open at from.
func (c *cursor) indexOfMatching(from int, open, closer byte, skipStrings, skipRegex bool) int {
	opened := 1
	for i := from + 1; c.inside(i); i++ {
		if skipStrings {
			if q := c.at(i); q == '\'' || q == '"' {
				if i = c.indexOfUnescaped(i, q); i == -1 {
					fail("Could not find matching close quote for " + string(q) + " when parsing : " + c.text)
				}
				i++
			}
		}
		if skipRegex && c.at(i) == '/' {
			if i = c.indexOfUnescaped(i, '/'); i == -1 {
				fail("Could not find matching close for / when parsing regex in : " + c.text)
			}
			i++
		}
		if c.at(i) == open {
			opened++
		}
		if c.at(i) == closer {
			if opened--; opened == 0 {
				return i
			}
		}
	}
	return -1
}

func (c *cursor) expect(b byte) {
	if c.skipBlanks().current() != b {
		fail("Expected character: " + string(b))
	}
	c.pos++
}

// accept steps over s if it comes next.
func (c *cursor) accept(s string) bool {
	c.skipBlanks()
	if !c.inside(c.pos+len(s)-1) || !strings.HasPrefix(c.text[c.pos:], s) {
		return false
	}
	c.pos += len(s)
	return true
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

func (c *cursor) isNumberCharacter() bool {
	b := c.current()
	return isDigit(b) || b == '-' || b == '.' || b == 'E' || b == 'e'
}
