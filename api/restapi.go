package api

// RestApi is an API as a whole (service model: RestApi).
type RestApi struct {
	ID                        string                 `json:"id,omitempty"`
	Name                      string                 `json:"name,omitempty"`
	Description               string                 `json:"description,omitempty"`
	CreatedDate               *Timestamp             `json:"createdDate,omitempty"`
	Version                   string                 `json:"version,omitempty"`
	Warnings                  []string               `json:"warnings,omitempty"`
	BinaryMediaTypes          []string               `json:"binaryMediaTypes,omitempty"`
	MinimumCompressionSize    *int                   `json:"minimumCompressionSize,omitempty"` // bytes, 0 to 10485760; nil switches compression off
	APIKeySource              string                 `json:"apiKeySource,omitempty"`           // HEADER or AUTHORIZER
	EndpointConfiguration     *EndpointConfiguration `json:"endpointConfiguration,omitempty"`
	Policy                    string                 `json:"policy,omitempty"` // resource policy, JSON text
	Tags                      map[string]string      `json:"tags,omitzero"`
	DisableExecuteAPIEndpoint bool                   `json:"disableExecuteApiEndpoint"`
	RootResourceID            string                 `json:"rootResourceId,omitempty"`
	SecurityPolicy            string                 `json:"securityPolicy,omitempty"`
	EndpointAccessMode        string                 `json:"endpointAccessMode,omitempty"`
}

// Key sources of a RestApi.
const (
	APIKeySourceHeader     = "HEADER"
	APIKeySourceAuthorizer = "AUTHORIZER"
)

// EndpointConfiguration is how clients reach an API.
type EndpointConfiguration struct {
	Types          []string `json:"types,omitempty"` // EDGE, REGIONAL, PRIVATE
	IPAddressType  string   `json:"ipAddressType,omitempty"`
	VpcEndpointIDs []string `json:"vpcEndpointIds,omitempty"`
}
