package edge

// CutSegment returns the first segment of path and what follows it (empty or
// beginning with "/"). Slashes before the segment are skipped.
func CutSegment(path []byte) (segment, rest []byte) { panic("not built yet") }

// RoutePath returns path as routes are matched: slashes at the beginning are
// one, those at the end none. The root is "/". Slashes in between stay.
func RoutePath(path []byte) []byte { panic("not built yet") }

// AppendPathEscaped appends a value to the path of an outgoing URL. Valid %XX
// and "/" stay as they are; what cannot stand in a path is encoded.
func AppendPathEscaped(dst []byte, s string) []byte { panic("not built yet") }

// LeavesBase reports whether the dot segments of tail, plain or encoded, with
// plain or encoded slashes between them, lead above the path it is appended to.
// tail is everything from the first inserted value on. Such a request must be refused.
func LeavesBase(tail []byte) bool { panic("not built yet") }
