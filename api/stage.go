package api

// Stage is a named address under which a deployment is served.
type Stage struct {
	DeploymentID        string                    `json:"deploymentId,omitempty"`
	ClientCertificateID string                    `json:"clientCertificateId,omitempty"`
	StageName           string                    `json:"stageName"`
	Description         string                    `json:"description,omitempty"`
	CacheClusterEnabled bool                      `json:"cacheClusterEnabled"`
	CacheClusterSize    string                    `json:"cacheClusterSize,omitempty"` // GB
	CacheClusterStatus  string                    `json:"cacheClusterStatus,omitempty"`
	MethodSettings      map[string]*MethodSetting `json:"methodSettings,omitzero"` // "*/*" or "{resource path with / as ~1}/{METHOD}"
	Variables           map[string]string         `json:"variables,omitzero"`
	DocumentationVer    string                    `json:"documentationVersion,omitempty"`
	AccessLogSettings   *AccessLogSettings        `json:"accessLogSettings,omitempty"`
	CanarySettings      *CanarySettings           `json:"canarySettings,omitempty"`
	TracingEnabled      bool                      `json:"tracingEnabled"`
	WebACLArn           string                    `json:"webAclArn,omitempty"`
	Tags                map[string]string         `json:"tags,omitzero"`
	CreatedDate         *Timestamp                `json:"createdDate,omitempty"`
	LastUpdatedDate     *Timestamp                `json:"lastUpdatedDate,omitempty"`
}

// MethodSetting is what a stage sets for one method, or for all ("*/*").
type MethodSetting struct {
	MetricsEnabled                         bool   `json:"metricsEnabled"`
	LoggingLevel                           string `json:"loggingLevel,omitempty"` // OFF, ERROR, INFO
	DataTraceEnabled                       bool   `json:"dataTraceEnabled"`
	ThrottlingBurstLimit                   int    `json:"throttlingBurstLimit"` // requests; -1 is unset
	ThrottlingRateLimit                    Double `json:"throttlingRateLimit"`  // requests a second; -1 is unset
	CachingEnabled                         bool   `json:"cachingEnabled"`
	CacheTTLInSeconds                      int    `json:"cacheTtlInSeconds"`
	CacheDataEncrypted                     bool   `json:"cacheDataEncrypted"`
	RequireAuthorizationForCacheControl    bool   `json:"requireAuthorizationForCacheControl"`
	UnauthorizedCacheControlHeaderStrategy string `json:"unauthorizedCacheControlHeaderStrategy,omitempty"`
}

// AccessLogSettings is where and how a stage logs requests.
type AccessLogSettings struct {
	Format         string `json:"format,omitempty"`
	DestinationArn string `json:"destinationArn,omitempty"`
}

// CanarySettings sends a share of a stage's requests to another deployment.
type CanarySettings struct {
	PercentTraffic         Double            `json:"percentTraffic"` // 0.0 to 100.0
	DeploymentID           string            `json:"deploymentId,omitempty"`
	StageVariableOverrides map[string]string `json:"stageVariableOverrides,omitzero"`
	UseStageCache          bool              `json:"useStageCache"`
}
