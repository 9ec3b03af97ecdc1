package vtl_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"sluice/mapping/jsonpath"
	"sluice/mapping/vtl/value"
)

// rootsOf makes stand-ins for the root references of a case: just enough of
// $input and $util for the cases.
func rootsOf(c *testCase) []value.Value {
	given := parseMap(c.Params)
	params := value.NewMap(3)
	for _, k := range []string{"path", "querystring", "header"} {
		params.Put(k, value.OfMap(childMap(given, k)))
	}
	context := parseMap(c.Context)
	request := childMap(context, "requestOverride")
	for _, k := range []string{"path", "header", "querystring"} {
		request.Put(k, value.OfMap(childMap(request, k)))
	}
	response := childMap(context, "responseOverride")
	response.Put("header", value.OfMap(childMap(response, "header")))
	context.Put("requestOverride", value.OfMap(request))
	context.Put("responseOverride", value.OfMap(response))
	body := c.Body
	if body == "" {
		body = "{}"
	}
	return []value.Value{
		value.OfObject(&testInput{body: body, params: params}), value.OfObject(testUtil{}),
		value.OfMap(context), value.OfMap(parseMap(c.StageVariables)),
	}
}

// parseMap parses an object; none at all is an empty one.
func parseMap(src []byte) *value.Map {
	if v, err := value.ParseJSON(string(src)); err == nil && v.Map() != nil {
		return v.Map()
	}
	return value.NewMap(0)
}

func childMap(m *value.Map, k string) *value.Map {
	if m != nil {
		if v, _ := m.Get(k); v.Map() != nil {
			return v.Map()
		}
	}
	return value.NewMap(0)
}

type testInput struct {
	body   string
	root   value.Value
	parsed bool
	params *value.Map
}

func (in *testInput) Property(name string) (value.Value, bool) {
	return value.Of(in.body), name == "body"
}
func (in *testInput) SetProperty(string, value.Value) bool { return false }
func (in *testInput) AppendText(dst []byte) []byte         { return append(dst, "input"...) }

func (in *testInput) Call(name string, args []value.Value) (value.Value, bool, error) {
	switch {
	case name == "params" && len(args) == 0:
		return value.OfMap(in.params), true, nil
	case name == "getBody" && len(args) == 0:
		return value.Of(in.body), true, nil
	case len(args) != 1:
		return value.Value{}, false, nil
	}
	arg, ok := args[0].Str()
	if !ok {
		if args[0].IsNull() && (name == "path" || name == "json") {
			return value.Value{}, true, errors.New("null path")
		}
		if !args[0].IsNull() {
			return value.Value{}, false, nil
		}
	}
	switch name {
	case "params":
		for i := range in.params.Len() {
			if v, _ := in.params.At(i).Val.Map().Get(arg); !v.IsNull() {
				return v, true, nil
			}
		}
		return value.Of(""), true, nil
	case "path", "json":
		if !in.parsed {
			var err error
			if in.root, err = value.ParseJSON(in.body); err != nil {
				return value.Value{}, true, err
			}
			in.parsed = true
		}
		p, err := jsonpath.Compile(arg)
		if err != nil {
			return value.Value{}, true, err
		}
		v, err := p.Read(in.root)
		var notFound *jsonpath.NotFoundError
		missing := errors.As(err, &notFound)
		if err != nil && !missing {
			return value.Value{}, true, err
		}
		if name == "path" {
			return v, true, nil
		}
		if missing {
			return value.Of(`""`), true, nil
		}
		return value.Of(string(value.AppendJSON(nil, v, value.Compact))), true, nil
	}
	return value.Value{}, false, nil
}

type testUtil struct{}

func (testUtil) Property(string) (value.Value, bool)  { return value.Value{}, false }
func (testUtil) SetProperty(string, value.Value) bool { return false }
func (testUtil) AppendText(dst []byte) []byte         { return append(dst, "util"...) }

func (testUtil) Call(name string, args []value.Value) (value.Value, bool, error) {
	if len(args) != 1 {
		return value.Value{}, false, nil
	}
	s, ok := args[0].Str()
	if name == "escapeJavaScript" && !args[0].IsNull() {
		return value.Of(escapeJavaScript(args[0].Text())), true, nil
	}
	if args[0].IsNull() {
		return value.Value{}, true, nil
	}
	if !ok {
		return value.Value{}, false, nil
	}
	switch name {
	case "parseJson":
		v, err := value.ParseJSON(s)
		return v, true, err
	case "urlEncode":
		return value.Of(strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(s), "%2A", "*"), "~", "%7E")), true, nil
	case "urlDecode":
		d, err := url.QueryUnescape(s)
		return value.Of(d), true, err
	case "base64Encode":
		return value.Of(base64.StdEncoding.EncodeToString([]byte(s))), true, nil
	case "base64Decode":
		b, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			b, err = base64.RawStdEncoding.DecodeString(s)
		}
		return value.Of(string(b)), true, err
	}
	return value.Value{}, false, nil
}

func escapeJavaScript(s string) string {
	var b strings.Builder
	for _, u := range value.Units(s) {
		switch i := strings.IndexByte("\b\n\t\f\r'\"\\/", byte(u)); {
		case u < 0x80 && i >= 0:
			b.WriteByte('\\')
			b.WriteByte("bntfr'\"\\/"[i])
		case u < 0x20 || u > 0x7F:
			fmt.Fprintf(&b, "\\u%04X", u)
		default:
			b.WriteByte(byte(u))
		}
	}
	return b.String()
}
