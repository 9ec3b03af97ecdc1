package api

import "encoding/json"

// Integration is the backend of a Method (service model: Integration).
type Integration struct {
	Type                 string                          `json:"type"`
	HTTPMethod           string                          `json:"httpMethod,omitempty"`
	URI                  string                          `json:"uri,omitempty"`
	ConnectionType       string                          `json:"connectionType,omitempty"` // INTERNET or VPC_LINK
	ConnectionID         string                          `json:"connectionId,omitempty"`
	Credentials          string                          `json:"credentials,omitempty"`
	RequestParameters    map[string]string               `json:"requestParameters,omitzero"` // integration.request.{header|querystring|path}.name -> expression
	RequestTemplates     Templates                       `json:"requestTemplates,omitzero"`  // content type -> template
	PassthroughBehavior  string                          `json:"passthroughBehavior,omitempty"`
	ContentHandling      string                          `json:"contentHandling,omitempty"`
	TimeoutInMillis      int                             `json:"timeoutInMillis,omitempty"` // 50 to 29000
	CacheNamespace       string                          `json:"cacheNamespace,omitempty"`
	CacheKeyParameters   []string                        `json:"cacheKeyParameters"`
	IntegrationResponses map[string]*IntegrationResponse `json:"integrationResponses,omitempty"` // by method status code
	TLSConfig            *TLSConfig                      `json:"tlsConfig,omitempty"`
	ResponseTransferMode string                          `json:"responseTransferMode,omitempty"`
	IntegrationTarget    string                          `json:"integrationTarget,omitempty"`
}

// Integration types.
const (
	IntegrationHTTP      = "HTTP"
	IntegrationHTTPProxy = "HTTP_PROXY"
	IntegrationAWS       = "AWS"
	IntegrationAWSProxy  = "AWS_PROXY"
	IntegrationMock      = "MOCK"
)

// Connection types.
const (
	ConnectionInternet = "INTERNET"
	ConnectionVPCLink  = "VPC_LINK"
)

// Passthrough behaviours: what happens to a body that no request template matches.
const (
	PassthroughWhenNoMatch     = "WHEN_NO_MATCH"
	PassthroughWhenNoTemplates = "WHEN_NO_TEMPLATES"
	PassthroughNever           = "NEVER"
)

// Content handling strategies; "" leaves the payload as it is.
const (
	ConvertToBinary = "CONVERT_TO_BINARY"
	ConvertToText   = "CONVERT_TO_TEXT"
)

// Bounds and default of Integration.TimeoutInMillis (aws-facts: limits, section 3).
const (
	MinTimeoutInMillis     = 50
	MaxTimeoutInMillis     = 29000
	DefaultTimeoutInMillis = 29000
)

// IntegrationResponse turns one kind of backend answer into a method response.
type IntegrationResponse struct {
	StatusCode         string            `json:"statusCode"`
	SelectionPattern   *string           `json:"selectionPattern,omitempty"`  // Java regex over the backend's status or error message; nil and "" are the default response
	ResponseParameters map[string]string `json:"responseParameters,omitzero"` // method.response.header.name -> expression
	ResponseTemplates  Templates         `json:"responseTemplates,omitzero"`  // content type -> template
	ContentHandling    string            `json:"contentHandling,omitempty"`
}

// Pattern is the selection pattern; "" is the default response.
func (r *IntegrationResponse) Pattern() string {
	if r.SelectionPattern == nil {
		return ""
	}
	return *r.SelectionPattern
}

// Templates are templates by content type. The service shows an empty one as null
// (aws-facts: control plane, 3.5).
type Templates map[string]string

// MarshalJSON writes empty templates as null.
func (t Templates) MarshalJSON() ([]byte, error) {
	out := make(map[string]*string, len(t))
	for contentType, template := range t {
		out[contentType] = nil
		if template != "" {
			out[contentType] = &template
		}
	}
	return json.Marshal(out)
}

// TLSConfig is how an HTTPS backend's certificate is checked.
type TLSConfig struct {
	InsecureSkipVerification bool `json:"insecureSkipVerification"`
}
