package mapping

import (
	"strings"

	"sluice/mapping/jsonpath"
)

// Expression is a compiled parameter-mapping source such as
// method.request.header.X, context.requestId or 'static'. Immutable.
type Expression struct {
	kind     sourceKind
	text     string // the static text, or the name of a parameter
	variable Variable
	path     *jsonpath.Path
}

// Place is where an expression stands; it decides which sources it may use.
type Place uint8

// The places of expressions (aws-facts: data plane, section 10).
const (
	IntegrationRequest Place = iota // integration.request.{header,querystring,path}.x
	MethodResponse                  // method.response.header.x
	GatewayResponse                 // gatewayresponse.header.x
)

type sourceKind uint8

const (
	staticSource sourceKind = iota
	pathSource
	querySource
	multiQuerySource
	headerSource
	multiHeaderSource
	responseHeaderSource
	multiResponseHeaderSource
	bodySource
	stageVariableSource
	contextSource
)

// parameterSource is a source whose name follows a prefix.
type parameterSource struct {
	prefix string
	kind   sourceKind
}

var (
	methodRequestSources = []parameterSource{
		{"method.request.path.", pathSource},
		{"method.request.querystring.", querySource},
		{"method.request.multivaluequerystring.", multiQuerySource},
		{"method.request.header.", headerSource},
		{"method.request.multivalueheader.", multiHeaderSource},
	}
	integrationResponseSources = []parameterSource{
		{"integration.response.header.", responseHeaderSource},
		{"integration.response.multivalueheader.", multiResponseHeaderSource},
	}
	gatewayResponseSources = []parameterSource{
		{"method.request.path.", pathSource},
		{"method.request.querystring.", querySource},
		{"method.request.header.", headerSource},
	}
)

// rules are what a place allows.
type rules struct {
	parameters []parameterSource
	body       string // the name of the payload; "" for none
	variables  Where
}

func (p Place) rules() rules {
	switch p {
	case MethodResponse:
		return rules{integrationResponseSources, "integration.response.body", InTemplate}
	case GatewayResponse:
		return rules{gatewayResponseSources, "", InGatewayResponse}
	default:
		return rules{methodRequestSources, "method.request.body", InTemplate}
	}
}

// ExpressionError tells why a source is no mapping expression.
type ExpressionError struct {
	Source string
	Reason string
}

// ServiceText is the service's own sentence about the error.
func (e *ExpressionError) ServiceText() string {
	return "Invalid mapping expression specified: " + e.Source
}

func (e *ExpressionError) Error() string { return e.ServiceText() + " (" + e.Reason + ")" }

// CompileExpression parses source for a place. The error is an *ExpressionError.
func CompileExpression(source string, p Place) (*Expression, error) {
	r := p.rules()
	refuse := func(reason string) (*Expression, error) {
		return nil, &ExpressionError{Source: source, Reason: reason}
	}
	if strings.HasPrefix(source, "'") {
		if len(source) < 2 || !strings.HasSuffix(source, "'") {
			return refuse("the static value lacks its closing quote")
		}
		return &Expression{kind: staticSource, text: source[1 : len(source)-1]}, nil
	}
	for _, s := range r.parameters {
		if name, ok := strings.CutPrefix(source, s.prefix); ok {
			if !isParameterName(name) {
				return refuse("a parameter's name has the characters a-z A-Z 0-9 . _ $ -")
			}
			return &Expression{kind: s.kind, text: name}, nil
		}
	}
	if name, ok := strings.CutPrefix(source, "stageVariables."); ok {
		if !isParameterName(name) {
			return refuse("a stage variable's name has the characters a-z A-Z 0-9 _")
		}
		return &Expression{kind: stageVariableSource, text: name}, nil
	}
	if name, ok := strings.CutPrefix(source, "context."); ok {
		v, ok := LookUpVariable(name, r.variables)
		if !ok {
			return refuse("there is no variable context." + name + " here")
		}
		return &Expression{kind: contextSource, variable: v}, nil
	}
	if rest, ok := strings.CutPrefix(source, r.body); ok && r.body != "" {
		if rest == "" {
			return &Expression{kind: bodySource}, nil
		}
		if path, ok := strings.CutPrefix(rest, "."); ok {
			compiled, err := jsonpath.Compile("$." + path)
			if err != nil {
				return refuse(err.Error())
			}
			return &Expression{kind: bodySource, path: compiled}, nil
		}
	}
	return refuse("expected " + r.describe())
}

func (r rules) describe() string {
	var b strings.Builder
	for _, s := range r.parameters {
		b.WriteString(s.prefix + "{name}, ")
	}
	if r.body != "" {
		b.WriteString(r.body + "[.{JSONPath}], ")
	}
	b.WriteString("stageVariables.{name}, context.{variable} or 'text'")
	return b.String()
}

func isParameterName(s string) bool {
	for i := range len(s) {
		if b := s[i]; !isAlphanumeric(b) && strings.IndexByte("._$-", b) < 0 {
			return false
		}
	}
	return s != ""
}

func isAlphanumeric(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
}

// Static returns the value of a 'static' expression.
func (e *Expression) Static() (string, bool) { return e.text, e.kind == staticSource }

// UsesBody tells whether the expression reads the payload.
func (e *Expression) UsesBody() bool { return e.kind == bodySource }

// Eval appends the values of the expression to dst: none when the source is
// missing, several for a multi-value query string. The error is a *BadBodyError
// when a body that had to be JSON is not. The values may be views that are valid
// as long as the Scope's.
func (e *Expression) Eval(dst []string, s *Scope) ([]string, error) {
	var v string
	ok := true
	switch e.kind {
	case staticSource:
		v = e.text
	case pathSource:
		v, ok = last(s.Params.Path, e.text)
	case querySource:
		v, ok = last(s.Params.Query, e.text)
	case headerSource:
		v, ok = last(s.Params.Header, e.text)
	case responseHeaderSource:
		v, ok = lastFold(s.ResponseHeader, e.text)
	case multiQuerySource:
		for i := range s.Params.Query {
			if s.Params.Query[i].Name == e.text {
				dst = append(dst, s.Params.Query[i].Value)
			}
		}
		return dst, nil
	case multiHeaderSource:
		v, ok = s.joined(s.Params.Header, e.text, false)
	case multiResponseHeaderSource:
		v, ok = s.joined(s.ResponseHeader, e.text, true)
	case stageVariableSource:
		v, ok = s.stageVariable(e.text)
	case contextSource:
		v, ok = s.variable(e.variable)
	case bodySource:
		var err error
		if v, ok, err = s.Body.mapped(e.path); err != nil {
			return dst, err
		}
	}
	if ok {
		dst = append(dst, v)
	}
	return dst, nil
}

// joined is all values of name with commas between them. A single value is
// given as it is.
func (s *Scope) joined(pairs []Pair, name string, fold bool) (string, bool) {
	start, count, first := len(s.Arena), 0, ""
	for i := range pairs {
		if pairs[i].Name != name && (!fold || !strings.EqualFold(pairs[i].Name, name)) {
			continue
		}
		switch count++; count {
		case 1:
			first = pairs[i].Value
			continue
		case 2:
			s.Arena = append(s.Arena, first...)
		}
		s.Arena = append(append(s.Arena, ','), pairs[i].Value...)
	}
	if count < 2 {
		return first, count == 1
	}
	return view(s.Arena[start:]), true
}
