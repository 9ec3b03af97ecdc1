package export

import (
	"strings"
	"time"

	"sluice/api"
)

// Options say what is exported and how.
type Options struct {
	Type       string   // oas30 or swagger
	YAML       bool     // else JSON
	Extensions []string // see Extensions
	Stage      string   // name of the stage whose deployment this is
	Region     string
	Created    time.Time // info.version when the API has none

	// Documentation is the documentation version of the stage; nil if it has
	// none. Descriptions come from it alone.
	Documentation *Documentation
}

// Documentation is the content of a documentation version.
type Documentation struct {
	Version string
	Created time.Time // zero: not written
	Parts   []*api.DocumentationPart
}

// Types of documents.
const (
	OAS30   = "oas30"
	Swagger = "swagger"
)

// BadRequest is an export that the service refuses; its text is the message.
type BadRequest struct{ Message string }

func (e *BadRequest) Error() string { return e.Message }

// wants are the extensions that a document gets.
type wants struct {
	integrations     bool // integrations and the settings of the API as a whole
	authorizers      bool
	validators       bool
	gatewayResponses bool
	documentation    bool
	postman          bool
}

// wanted reads the values of the parameter extensions; each may name several,
// separated by commas. "apigateway" is all but postman; "integrations" leaves
// out authorizers and documentation, which have names of their own (developer
// guide, "Download a documentation snapshot").
func wanted(extensions []string) (w wants, err error) {
	for _, e := range extensions {
		for name := range strings.SplitSeq(e, ",") {
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "":
			case "apigateway":
				w.integrations, w.authorizers, w.validators, w.gatewayResponses, w.documentation = true, true, true, true, true
			case "integrations":
				w.integrations, w.validators, w.gatewayResponses = true, true, true
			case "authorizers":
				w.authorizers = true
			case "validators":
				w.validators = true
			case "gatewayresponses":
				w.gatewayResponses = true
			case "documentation":
				w.documentation = true
			case "postman":
				w.postman = true
			default:
				return w, &BadRequest{"Invalid extension specified: " + name +
					". There are apigateway, authorizers, documentation, gatewayresponses, integrations, postman, validators"}
			}
		}
	}
	return w, nil
}
