package openapi

import (
	"path/filepath"
	"strings"
)

// BasePathMode says what becomes of a document's base path (Swagger basePath,
// OpenAPI 3 server). The zero value is BasePathIgnore.
type BasePathMode string

// The modes of the service's basepath parameter.
const (
	BasePathIgnore  BasePathMode = "ignore"  // paths as they are
	BasePathPrepend BasePathMode = "prepend" // the base path goes before every path
	BasePathSplit   BasePathMode = "split"   // as prepend, without the base path's first part
)

// Options say how a document is imported. The zero value of a field is its default.
type Options struct {
	APIID               string       // IDFromFile of the file's name
	BasePath            BasePathMode // BasePathIgnore
	IgnoreDocumentation bool         // make no documentation parts
	EndpointTypes       []string     // what the document says, else EDGE
	Region              string       // "us-east-1"; stands in expanded policy ARNs
	AccountID           string       // "000000000000"; stands in expanded policy ARNs

	// NewID makes ids of a length, 10 for the root resource and 6 for all else.
	// Without it ids follow from APIID and what has them, the same every time.
	NewID func(length int) string

	// Lenient: members and extensions that are not known are ignored with a
	// warning, as the service does, and not refused.
	Lenient bool

	DisableExecuteAPIEndpoint *bool  // what the document says
	IPAddressType             string // what the document says, else that of the endpoint type
	VpcEndpointIDs            []string
}

func (o Options) withDefaults(file string) Options {
	if o.APIID == "" {
		o.APIID = IDFromFile(file)
	}
	if o.BasePath == "" {
		o.BasePath = BasePathIgnore
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.AccountID == "" {
		o.AccountID = "000000000000"
	}
	return o
}

// IDFromFile makes an API id of a file's base name: its letters in lower case
// and its digits, without the extension ("Pet-Store.yaml" is "petstore"); "api"
// when nothing is left.
func IDFromFile(file string) string {
	base := filepath.Base(file)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	id := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, base)
	if id == "" {
		return "api"
	}
	return id
}
