package api

// Snapshot is the frozen content of one deployment: all that the data plane
// needs of an API, apart from its stages. It is read-only once made.
type Snapshot struct {
	DeploymentID       string               `json:"deploymentId,omitempty"`
	RestApi            RestApi              `json:"restApi"`
	Resources          []*Resource          `json:"resources"` // with their methods, sorted by Path
	Models             []*Model             `json:"models,omitempty"`
	RequestValidators  []*RequestValidator  `json:"requestValidators,omitempty"`
	Authorizers        []*Authorizer        `json:"authorizers,omitempty"`
	GatewayResponses   []*GatewayResponse   `json:"gatewayResponses,omitempty"` // customised ones only
	DocumentationParts []*DocumentationPart `json:"documentationParts,omitempty"`

	// Places tells where in its source each part of the definition stands; nil
	// when the snapshot did not come from a file.
	Places *Places `json:"-"`
}
