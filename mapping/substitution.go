package mapping

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// Substitution is compiled text with $context.x, $stageVariables.x and
// $method.request.* in it, without Velocity: gateway response templates and
// access log formats. Immutable.
type Substitution struct {
	parts []part
	kind  SubstitutionKind
}

// part is literal text and the variable behind it, if any.
type part struct {
	text   string
	kind   partKind
	source *Expression
	quoted bool // the variable stands inside a string of a JSON format
	plain  bool // no value of it can break a line
}

type partKind uint8

const (
	literalPart  partKind = iota // nothing behind the text
	sourcePart                   // source
	payloadPart                  // $method.request.body
	nowherePart                  // a variable that never has a value here
	unfinishedAt = -1
)

// SubstitutionKind tells which variables may stand in the text and what an
// unknown or empty one prints.
type SubstitutionKind uint8

// The kinds of substitution.
const (
	GatewayTemplate SubstitutionKind = iota // missing and unknown print nothing
	AccessLogFormat                         // only $context, unknown is refused; missing and empty print "-"
)

// FormatError tells what is wrong with an access log format.
type FormatError struct{ Message string }

func (e *FormatError) Error() string { return e.Message }

// CompileSubstitution parses source. Gateway templates always compile, except
// too large ones; an access log format fails with a *FormatError.
func CompileSubstitution(source string, k SubstitutionKind) (*Substitution, error) {
	t := &Substitution{kind: k}
	if k == AccessLogFormat {
		source = strings.TrimRight(source, "\r\n")
		switch {
		case len(source) > MaxAccessLogFormat:
			return nil, &FormatError{fmt.Sprintf("Access log format must not be longer than %d bytes", MaxAccessLogFormat)}
		case strings.ContainsAny(source, "\r\n"):
			return nil, &FormatError{"Access log format must be single line, new line character is allowed only at end of the format"}
		}
	} else if len(source) > MaxTemplate {
		return nil, fmt.Errorf("gateway response template is larger than %d bytes", MaxTemplate)
	}
	p := substitutionParser{text: source, kind: k, json: strings.HasPrefix(strings.TrimLeft(source, " \t"), "{")}
	if err := p.run(t); err != nil {
		return nil, err
	}
	if k == AccessLogFormat && !t.uses(RequestID) && !t.uses(ExtendedRequestID) {
		return nil, &FormatError{"Access log format must include at least $context.requestId or $context.extendedRequestId"}
	}
	return t, nil
}

func (t *Substitution) uses(id VariableID) bool {
	for i := range t.parts {
		if e := t.parts[i].source; e != nil && e.kind == contextSource && e.variable.ID == id {
			return true
		}
	}
	return false
}

// substitutionParser finds the variables of a text.
type substitutionParser struct {
	text     string
	kind     SubstitutionKind
	json     bool // the text is a JSON object
	inString bool
}

func (p *substitutionParser) run(t *Substitution) error {
	start := 0
	for i := 0; i < len(p.text); {
		switch b := p.text[i]; {
		case b == '\\' && p.inString:
			i++ // what is escaped neither ends the string nor starts a variable
		case b == '"':
			p.inString = p.json && !p.inString
		case b == '$':
			found, end, err := p.reference(i)
			if err != nil {
				return err
			}
			if end > i {
				found.text, found.quoted = p.text[start:i], p.inString
				t.parts = append(t.parts, found)
				start, i = end, end
				continue
			}
		}
		i++
	}
	if start < len(p.text) {
		t.parts = append(t.parts, part{text: p.text[start:]})
	}
	return nil
}

// reference reads $x.y or ${x.y} at i; end is i where that is only text.
func (p *substitutionParser) reference(i int) (found part, end int, err error) {
	name, closed := p.text[i+1:], unfinishedAt
	if strings.HasPrefix(name, "{") {
		name = name[1:]
		if closed = strings.IndexByte(name, '}'); closed < 0 {
			return part{}, i, nil
		}
		name = name[:closed]
	}
	found, n := p.variable(name)
	switch {
	case closed != unfinishedAt && n == len(name) && n > 0:
		return found, i + 2 + closed + 1, nil
	case closed == unfinishedAt && n > 0:
		return found, i + 1 + n, nil
	}
	if p.kind != AccessLogFormat {
		return part{}, i, nil
	}
	if closed == unfinishedAt {
		name = name[:dotted(name)]
	}
	switch {
	case name == "" || isDigit(name[0]):
		return part{}, i, nil // a dollar sign, or an amount
	case name == "context" || strings.HasPrefix(name, "context."):
		return part{}, i, &FormatError{"Access log format has an unknown variable: $" + name}
	default:
		return part{}, i, &FormatError{"Access log format supports only $context variables: $" + name}
	}
}

// variable resolves the variable that s starts with; n is the length of its
// name, 0 for none.
func (p *substitutionParser) variable(s string) (found part, n int) {
	if rest, ok := strings.CutPrefix(s, "context."); ok {
		v, n := p.contextVariable(rest)
		switch {
		case n > 0:
			return part{kind: sourcePart, source: &Expression{kind: contextSource, variable: v}, plain: isPlain(v.ID)}, len("context.") + n
		case p.kind == GatewayTemplate:
			if n = dotted(rest); n > 0 {
				return part{kind: nowherePart}, len("context.") + n
			}
		}
		return part{}, 0
	}
	if p.kind == AccessLogFormat {
		return part{}, 0
	}
	if rest, ok := strings.CutPrefix(s, "stageVariables."); ok {
		if n := parameterName(rest); n > 0 {
			return part{kind: sourcePart, source: &Expression{kind: stageVariableSource, text: rest[:n]}}, len(s) - len(rest) + n
		}
		return part{}, 0
	}
	for _, source := range gatewayResponseSources {
		if rest, ok := strings.CutPrefix(s, source.prefix); ok {
			if n := parameterName(rest); n > 0 {
				return part{kind: sourcePart, source: &Expression{kind: source.kind, text: rest[:n]}}, len(s) - len(rest) + n
			}
			return part{}, 0
		}
	}
	const body = "method.request.body"
	if strings.HasPrefix(s, body) && dotted(s) == len(body) {
		return part{kind: payloadPart}, len(body)
	}
	return part{}, 0
}

// contextVariable finds the longest name that s starts with. Names in access
// logs must be known as a whole: $context.requestId.x is refused, not read as
// $context.requestId and ".x".
func (p *substitutionParser) contextVariable(s string) (v Variable, n int) {
	in := InGatewayResponse
	if p.kind == AccessLogFormat {
		in = InAccessLog
	}
	n = dotted(s)
	if strings.HasPrefix(s, "authorizer.claims.") {
		n = claim(s, n)
	}
	for n > 0 {
		if v, ok := LookUpVariable(s[:n], in); ok && (v.ID != AuthorizerProperty || !strings.Contains(v.Key, ".")) {
			return v, n
		}
		if p.kind == AccessLogFormat {
			return Variable{}, 0
		}
		n = max(strings.LastIndexByte(s[:n], '.'), 0)
	}
	return Variable{}, 0
}

// dotted is the length of the name that s starts with: letters, digits and
// underscores, in parts that single dots join.
func dotted(s string) int {
	n := 0
	for n < len(s) && (isAlphanumeric(s[n]) || s[n] == '_' || s[n] == '.' && n > 0 && n+1 < len(s) && (isAlphanumeric(s[n+1]) || s[n+1] == '_')) {
		n++
	}
	return n
}

// claim extends a name that ends in the prefix of a claim such as
// cognito:username or custom:tier.
func claim(s string, n int) int {
	name := s[len("authorizer.claims."):n]
	if (name == "cognito" || name == "custom") && strings.HasPrefix(s[n:], ":") {
		if m := parameterName(s[n+1:]); m > 0 {
			return n + 1 + m
		}
	}
	return n
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// parameterName is the length of the parameter's name that s starts with.
func parameterName(s string) int {
	n := 0
	for n < len(s) && (isAlphanumeric(s[n]) || s[n] == '_' || s[n] == '-') {
		n++
	}
	return n
}

// Append appends the text for s to dst.
func (t *Substitution) Append(dst []byte, s *Scope) []byte {
	for i := range t.parts {
		p := &t.parts[i]
		dst = append(dst, p.text...)
		switch p.kind {
		case sourcePart:
			dst = t.value(dst, p, s)
		case payloadPart:
			dst = append(dst, s.Body.Text()...)
		}
	}
	return dst
}

func (t *Substitution) value(dst []byte, p *part, s *Scope) []byte {
	start := len(dst)
	if p.source.kind == contextSource {
		if s.Context != nil {
			if out, ok := s.Context.AppendVariable(dst, p.source.variable); ok {
				dst = out
			}
		}
	} else {
		var room [1]string
		if values, err := p.source.Eval(room[:0], s); err == nil && len(values) > 0 {
			dst = append(dst, values[0]...)
		}
	}
	if t.kind != AccessLogFormat {
		return dst
	}
	if len(dst) == start {
		return append(dst, '-')
	}
	if p.plain {
		return dst
	}
	return escapeLine(dst, start, p.quoted)
}

// isPlain tells whether a variable is a number, a time, an address or an id, which no
// client can have control characters, quotes or backslashes in: such text need not
// be looked at.
func isPlain(id VariableID) bool {
	switch id {
	case RequestID, ExtendedRequestID, RequestTime, RequestTimeEpoch, IdentitySourceIP,
		Status, ResponseLength, ResponseLatency, IntegrationStatus, IntegrationLatency:
		return true
	}
	return false
}

// escapeLine keeps the value dst[start:] from breaking its line: control
// characters become \u00XX. Inside the strings of a JSON format quotes and
// backslashes are escaped too, so that no client can add members to the line;
// in other formats they stay as they are.
func escapeLine(dst []byte, start int, quoted bool) []byte {
	clean := start
	for clean+8 <= len(dst) && !mayBreak(binary.LittleEndian.Uint64(dst[clean:])) {
		clean += 8
		if rest := len(dst) - clean; rest < 8 && rest > 0 {
			clean -= 8 - rest // the last word again, with the rest in it
		}
	}
	for clean < len(dst) && !breaks(dst[clean], quoted) {
		clean++
	}
	if clean == len(dst) {
		return dst
	}
	value := string(dst[clean:])
	dst = dst[:clean]
	for i := range len(value) {
		switch b := value[i]; {
		case !breaks(b, quoted):
			dst = append(dst, b)
		case b == '"' || b == '\\':
			dst = append(dst, '\\', b)
		default:
			const hex = "0123456789abcdef"
			dst = append(dst, '\\', 'u', '0', '0', hex[b>>4], hex[b&15])
		}
	}
	return dst
}

// mayBreak tells whether one of the eight bytes of w may break a line, so that
// next to all values are looked at a word at a time.
func mayBreak(w uint64) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	control := (w - ones*' ') & ^w
	del, quote, backslash := w^ones*0x7f, w^ones*'"', w^ones*'\\'
	return (control|(del-ones)&^del|(quote-ones)&^quote|(backslash-ones)&^backslash)&highs != 0
}

func breaks(b byte, quoted bool) bool {
	return b < ' ' || b == 0x7f || quoted && (b == '"' || b == '\\')
}
