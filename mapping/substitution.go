package mapping

// Substitution is compiled text with $context.x, $stageVariables.x and
// $method.request.* in it, without Velocity: gateway response templates and
// access log formats. Immutable.
type Substitution struct{}

// SubstitutionKind tells which variables may stand in the text and what an
// unknown or empty one prints.
type SubstitutionKind uint8

// The kinds of substitution.
const (
	GatewayTemplate SubstitutionKind = iota // missing prints nothing
	AccessLogFormat                         // only $context; missing prints "-"
)

// CompileSubstitution parses source.
func CompileSubstitution(source string, k SubstitutionKind) (*Substitution, error) {
	panic("not built yet")
}

// Append appends the text for s to dst.
func (t *Substitution) Append(dst []byte, s *Scope) []byte { panic("not built yet") }
