package openapi

import "strings"

// SetParameters sets what the query parameters of ImportRestApi and PutRestApi
// say: basepath, ignore, endpointConfigurationTypes and disableExecuteApiEndpoint.
// Others are not for the importer and are passed over, as the service does. The
// error is a *Refusal.
func (o *Options) SetParameters(parameters map[string]string) error {
	if v := parameters["basepath"]; v != "" {
		switch mode := BasePathMode(strings.ToLower(v)); mode {
		case BasePathIgnore, BasePathPrepend, BasePathSplit:
			o.BasePath = mode
		default:
			return &Refusal{"Invalid basepath mode specified: " + v + ". Valid values are ignore, prepend, split"}
		}
	}
	for name := range strings.SplitSeq(parameters["ignore"], ",") {
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "":
		case "documentation":
			o.IgnoreDocumentation = true
		default:
			return &Refusal{"Invalid value specified for ignore: " + name + ". The valid value is documentation"}
		}
	}
	if v := parameters["endpointConfigurationTypes"]; v != "" {
		kind := strings.ToUpper(v)
		switch {
		case kind == "EDGE", kind == "REGIONAL", kind == "PRIVATE":
			o.EndpointTypes = []string{kind}
		case strings.Contains(v, ","):
			return &Refusal{"Cannot create an api with multiple Endpoint Types."}
		default:
			return &Refusal{"Invalid endpoint configuration type specified: " + v + ". Valid values are PRIVATE, EDGE, REGIONAL"}
		}
	}
	switch v := parameters["disableExecuteApiEndpoint"]; strings.ToLower(v) {
	case "":
	case "true", "false":
		o.DisableExecuteAPIEndpoint = new(strings.EqualFold(v, "true"))
	default:
		return &Refusal{"Invalid value specified for disableExecuteApiEndpoint: " + v + ". Valid values are true, false"}
	}
	return nil
}
