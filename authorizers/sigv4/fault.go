package sigv4

// Exceptions of the service, as x-amzn-ErrorType has them.
const (
	MissingAuthenticationToken = "MissingAuthenticationTokenException"
	IncompleteSignature        = "IncompleteSignatureException"
	InvalidSignature           = "InvalidSignatureException"
)

// Fault is why a signature does not count.
type Fault struct {
	Exception string
	Message   string
}

func (f *Fault) Error() string { return f.Exception + ": " + f.Message }

var faultMissing = &Fault{Exception: MissingAuthenticationToken, Message: "Missing Authentication Token"}

func incomplete(message string) *Fault {
	return &Fault{Exception: IncompleteSignature, Message: message}
}

func invalid(message string) *Fault { return &Fault{Exception: InvalidSignature, Message: message} }
