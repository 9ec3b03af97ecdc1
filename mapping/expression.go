package mapping

// Expression is a compiled parameter-mapping source such as
// method.request.header.X, context.requestId or 'static'. Immutable.
type Expression struct{}

// Place is where an expression stands; it decides which sources it may use.
type Place uint8

// The places of expressions (aws-facts: data plane, section 10).
const (
	IntegrationRequest Place = iota // integration.request.{header,querystring,path}.x
	MethodResponse                  // method.response.header.x
	GatewayResponse                 // gatewayresponse.header.x
)

// CompileExpression parses source for a place.
func CompileExpression(source string, p Place) (*Expression, error) { panic("not built yet") }

// Eval appends the values of the expression to dst: none when the source is
// missing, several for a multi-value source. The error is a *BadBodyError when
// a body that had to be JSON is not.
func (e *Expression) Eval(dst []string, s *Scope) ([]string, error) { panic("not built yet") }
