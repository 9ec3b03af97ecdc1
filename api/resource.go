package api

// Resource is one node of an API's path tree (service model: Resource).
type Resource struct {
	ID              string             `json:"id"`
	ParentID        string             `json:"parentId,omitempty"`
	PathPart        string             `json:"pathPart,omitempty"`
	Path            string             `json:"path"`
	ResourceMethods map[string]*Method `json:"resourceMethods,omitempty"` // by HTTP method, or ANY
}

// MethodAny is the method that catches every verb a resource does not declare.
const MethodAny = "ANY"

// Method is one verb of a resource: what the client must send and may get.
type Method struct {
	HTTPMethod          string                     `json:"httpMethod"`
	AuthorizationType   string                     `json:"authorizationType,omitempty"` // NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS
	AuthorizerID        string                     `json:"authorizerId,omitempty"`
	APIKeyRequired      bool                       `json:"apiKeyRequired"`
	RequestValidatorID  string                     `json:"requestValidatorId,omitempty"`
	OperationName       string                     `json:"operationName,omitempty"`
	RequestParameters   map[string]bool            `json:"requestParameters,omitzero"` // method.request.{path|querystring|header}.name -> required
	RequestModels       map[string]string          `json:"requestModels,omitzero"`     // content type -> model name
	MethodResponses     map[string]*MethodResponse `json:"methodResponses,omitempty"`  // by status code
	MethodIntegration   *Integration               `json:"methodIntegration,omitempty"`
	AuthorizationScopes []string                   `json:"authorizationScopes,omitempty"`
}

// Authorization types of a Method.
const (
	AuthorizationNone    = "NONE"
	AuthorizationIAM     = "AWS_IAM"
	AuthorizationCustom  = "CUSTOM"
	AuthorizationCognito = "COGNITO_USER_POOLS"
)

// MethodResponse declares one answer a client may get.
type MethodResponse struct {
	StatusCode         string            `json:"statusCode"`
	ResponseParameters map[string]bool   `json:"responseParameters,omitzero"` // method.response.header.name
	ResponseModels     map[string]string `json:"responseModels,omitzero"`
}
