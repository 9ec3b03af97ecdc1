package api

// Model is a JSON Schema (draft 4) that bodies are checked against.
type Model struct {
	ID          string `json:"id,omitempty"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Schema      string `json:"schema,omitempty"`
	ContentType string `json:"contentType,omitempty"`
}

// RequestValidator says what of a request is checked before the backend is called.
type RequestValidator struct {
	ID                        string `json:"id"`
	Name                      string `json:"name,omitempty"`
	ValidateRequestBody       bool   `json:"validateRequestBody"`
	ValidateRequestParameters bool   `json:"validateRequestParameters"`
}

// DocumentationPart is a piece of documentation tied to a place of the API.
type DocumentationPart struct {
	ID         string                    `json:"id,omitempty"`
	Location   DocumentationPartLocation `json:"location"`
	Properties string                    `json:"properties,omitempty"` // JSON text
}

// DocumentationPartLocation says what a DocumentationPart describes.
type DocumentationPartLocation struct {
	Type       string `json:"type"`
	Path       string `json:"path,omitempty"`
	Method     string `json:"method,omitempty"`
	StatusCode string `json:"statusCode,omitempty"`
	Name       string `json:"name,omitempty"`
}
