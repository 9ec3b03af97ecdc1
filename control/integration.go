package control

import (
	"strings"

	"sluice/api"
)

func integrationOperations() operations {
	return operations{
		"PutIntegration":    putIntegration,
		"GetIntegration":    getIntegration,
		"DeleteIntegration": deleteIntegration,
		"UpdateIntegration": updateIntegration,
	}
}

// integration is the method's integration.
func integration(m *api.Method) (*api.Integration, error) {
	if m.MethodIntegration == nil {
		return nil, notFound("Invalid Integration identifier specified")
	}
	return m.MethodIntegration, nil
}

func getIntegration(c *call) (any, error) {
	var out *api.Integration
	err := c.viewMethod(func(m *api.Method) (err error) {
		out, err = integration(m)
		return err
	})
	return out, err
}

type putIntegrationInput struct {
	Type                 string            `json:"type"`
	HTTPMethod           string            `json:"httpMethod"`
	URI                  string            `json:"uri"`
	ConnectionType       string            `json:"connectionType"`
	ConnectionID         string            `json:"connectionId"`
	Credentials          string            `json:"credentials"`
	RequestParameters    map[string]string `json:"requestParameters"`
	RequestTemplates     map[string]string `json:"requestTemplates"`
	PassthroughBehavior  string            `json:"passthroughBehavior"`
	CacheNamespace       string            `json:"cacheNamespace"`
	CacheKeyParameters   []string          `json:"cacheKeyParameters"`
	ContentHandling      string            `json:"contentHandling"`
	TimeoutInMillis      *int              `json:"timeoutInMillis"`
	TLSConfig            *api.TLSConfig    `json:"tlsConfig"`
	ResponseTransferMode string            `json:"responseTransferMode"`
	IntegrationTarget    string            `json:"integrationTarget"`
}

// putIntegration replaces the integration of a method, with its responses.
func putIntegration(c *call) (any, error) {
	in, err := decode[putIntegrationInput](c)
	if err != nil {
		return nil, err
	}
	out := in.integration(c.path["resource_id"])
	return out, c.changeMethod(func(_ *tx, m *api.Method) error {
		m.MethodIntegration = out
		return c.checkIntegration(m)
	})
}

// integration is what was sent with what the service fills in (recorded).
func (in *putIntegrationInput) integration(resourceID string) *api.Integration {
	out := &api.Integration{
		Type: in.Type, HTTPMethod: strings.ToUpper(in.HTTPMethod), URI: in.URI, ConnectionType: in.ConnectionType,
		ConnectionID: in.ConnectionID, Credentials: in.Credentials, RequestParameters: in.RequestParameters,
		RequestTemplates: in.RequestTemplates, PassthroughBehavior: strings.ToUpper(in.PassthroughBehavior),
		CacheNamespace: in.CacheNamespace, CacheKeyParameters: in.CacheKeyParameters, ContentHandling: in.ContentHandling,
		TimeoutInMillis: api.DefaultTimeoutInMillis, TLSConfig: in.TLSConfig, ResponseTransferMode: in.ResponseTransferMode,
		IntegrationTarget: in.IntegrationTarget,
	}
	if in.TimeoutInMillis != nil {
		out.TimeoutInMillis = *in.TimeoutInMillis
	}
	if out.PassthroughBehavior == "" {
		out.PassthroughBehavior = api.PassthroughWhenNoMatch
	}
	if out.CacheNamespace == "" {
		out.CacheNamespace = resourceID
	}
	if out.CacheKeyParameters == nil {
		out.CacheKeyParameters = []string{}
	}
	switch {
	case out.Type == api.IntegrationMock:
		out.HTTPMethod, out.URI = "", ""
	case isHTTPIntegration(out) && out.ConnectionType == "":
		out.ConnectionType = api.ConnectionInternet
	}
	if !isHTTPIntegration(out) && out.ConnectionType == api.ConnectionInternet {
		out.ConnectionType = ""
	}
	return out
}

func isHTTPIntegration(i *api.Integration) bool {
	return i.Type == api.IntegrationHTTP || i.Type == api.IntegrationHTTPProxy
}

func deleteIntegration(c *call) (any, error) {
	return nil, c.changeMethod(func(_ *tx, m *api.Method) error {
		_, err := integration(m)
		m.MethodIntegration = nil
		return err
	})
}
