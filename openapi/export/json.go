package export

import (
	"strconv"

	"sluice/openapi/document"
)

// appendJSON writes in the style of the service's exports: two blanks a level,
// a blank on both sides of a colon, lists on the line of their key, "{ }" and
// "[ ]" when there is nothing in them.
func appendJSON(b []byte, value any, depth int) []byte {
	switch v := value.(type) {
	case *object:
		if len(v.keys) == 0 {
			return append(b, "{ }"...)
		}
		b = append(b, '{')
		for i, key := range v.keys {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendLine(b, depth+1)
			b = append(document.AppendString(b, key), " : "...)
			b = appendJSON(b, v.values[key], depth+1)
		}
		return append(appendLine(b, depth), '}')
	case list:
		if len(v) == 0 {
			return append(b, "[ ]"...)
		}
		b = append(b, "[ "...)
		for i, e := range v {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = appendJSON(b, e, depth)
		}
		return append(b, " ]"...)
	case string:
		return document.AppendString(b, v)
	}
	return appendScalar(b, value)
}

// appendScalar writes what JSON and YAML write alike.
func appendScalar(b []byte, value any) []byte {
	switch v := value.(type) {
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case number:
		return append(b, v...)
	}
	return append(b, "null"...)
}

func appendLine(b []byte, depth int) []byte {
	b = append(b, '\n')
	for range depth {
		b = append(b, ' ', ' ')
	}
	return b
}
