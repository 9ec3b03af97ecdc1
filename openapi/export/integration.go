package export

import (
	"strings"

	"sluice/api"
)

// integration writes x-amazon-apigateway-integration. What has the value that
// the service fills in is left out (recorded).
func integration(r *api.Resource, i *api.Integration) *object {
	out := newObject().set("type", strings.ToLower(i.Type))
	mock := i.Type == api.IntegrationMock
	if !mock {
		out.text("connectionId", i.ConnectionID)
	}
	out.text("credentials", i.Credentials)
	if !mock {
		out.text("httpMethod", i.HTTPMethod)
		out.text("uri", i.URI)
	}
	if len(i.IntegrationResponses) > 0 {
		out.set("responses", integrationResponses(i))
	}
	if len(i.RequestParameters) > 0 {
		out.set("requestParameters", texts(i.RequestParameters))
	}
	if len(i.RequestTemplates) > 0 {
		out.set("requestTemplates", texts(i.RequestTemplates))
	}
	out.text("passthroughBehavior", strings.ToLower(i.PassthroughBehavior))
	if i.ConnectionType != api.ConnectionInternet && !mock {
		out.text("connectionType", i.ConnectionType)
	}
	if i.CacheNamespace != r.ID {
		out.text("cacheNamespace", i.CacheNamespace)
	}
	if i.TimeoutInMillis != 0 && i.TimeoutInMillis != api.DefaultTimeoutInMillis {
		out.set("timeoutInMillis", i.TimeoutInMillis)
	}
	out.text("responseTransferMode", i.ResponseTransferMode)
	if len(i.CacheKeyParameters) > 0 {
		out.set("cacheKeyParameters", textList(i.CacheKeyParameters))
	}
	if i.TLSConfig != nil {
		out.set("tlsConfig", newObject().set("insecureSkipVerification", i.TLSConfig.InsecureSkipVerification))
	}
	out.text("integrationTarget", i.IntegrationTarget)
	return out.text("contentHandling", i.ContentHandling)
}

// integrationResponses writes them by their patterns. Of several with the same
// pattern a document can hold one: that of the lowest code.
func integrationResponses(i *api.Integration) *object {
	out := newObject()
	for _, code := range sortedKeys(i.IntegrationResponses) {
		r := i.IntegrationResponses[code]
		key := r.Pattern()
		if key == "" {
			key = "default"
		}
		if out.has(key) {
			continue
		}
		o := newObject().set("statusCode", code)
		if len(r.ResponseParameters) > 0 {
			o.set("responseParameters", texts(r.ResponseParameters))
		}
		if len(r.ResponseTemplates) > 0 {
			templates := newObject()
			for _, t := range sortedKeys(r.ResponseTemplates) {
				if text := r.ResponseTemplates[t]; text != "" {
					templates.set(t, text)
				} else {
					templates.set(t, nil)
				}
			}
			o.set("responseTemplates", templates)
		}
		out.set(key, o.text("contentHandling", r.ContentHandling))
	}
	return out
}
