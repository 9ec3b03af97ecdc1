package control

// basePathMappingRecord leads a base path of a domain to an API (service model:
// BasePathMapping).
type basePathMappingRecord struct {
	BasePath  string `json:"basePath"` // "(none)": whatever no other mapping matches
	RestAPIID string `json:"restApiId"`
	Stage     string `json:"stage,omitempty"` // "": the next segment of the path
}

func basePathMappingOperations() operations { return operations{} }
