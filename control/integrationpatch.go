package control

import (
	"slices"
	"strconv"
	"strings"

	"sluice/api"
	"sluice/control/patch"
)

func updateIntegration(c *call) (any, error) {
	var out *api.Integration
	err := c.changeMethod(func(_ *tx, m *api.Method) (err error) {
		if out, err = integration(m); err != nil {
			return err
		}
		if err := applyPatch(c, integrationPatch(), out); err != nil {
			return err
		}
		return c.checkIntegration(m)
	})
	return out, err
}

func integrationPatch() *patch.Table[*api.Integration] {
	replace := func(path string, apply func(i *api.Integration, o patch.Operation) error) patch.Rule[*api.Integration] {
		return patch.Rule[*api.Integration]{Path: path, Ops: []string{patch.Replace}, Apply: func(i *api.Integration, o patch.Operation, _ []string) error {
			return apply(i, o)
		}}
	}
	return patch.NewTable(patch.Terse,
		patch.Rule[*api.Integration]{Path: "/cacheKeyParameters", Ops: []string{patch.Add, patch.Replace, patch.Remove}, Apply: patchCacheKeys},
		patch.Rule[*api.Integration]{Path: "/cacheKeyParameters/{name}", Ops: []string{patch.Add, patch.Replace, patch.Remove}, Apply: patchCacheKey},
		replaceText("/cacheNamespace", func(i *api.Integration) *string { return &i.CacheNamespace }),
		replace("/connectionType", patchConnectionType),
		replace("/contentHandling", func(i *api.Integration, o patch.Operation) error {
			i.ContentHandling = o.Text()
			return checkContentHandling(i.ContentHandling)
		}),
		replace("/passthroughBehavior", func(i *api.Integration, o patch.Operation) error {
			i.PassthroughBehavior = strings.ToUpper(o.Text())
			return nil
		}),
		replaceText("/connectionId", func(i *api.Integration) *string { return &i.ConnectionID }),
		replaceText("/credentials", func(i *api.Integration) *string { return &i.Credentials }),
		replace("/httpMethod", func(i *api.Integration, o patch.Operation) error {
			i.HTTPMethod = strings.ToUpper(o.Text())
			return refuseForMock(i, o)
		}),
		replace("/uri", func(i *api.Integration, o patch.Operation) error {
			i.URI = o.Text()
			return refuseForMock(i, o)
		}),
		replaceText("/integrationTarget", func(i *api.Integration) *string { return &i.IntegrationTarget }),
		replace("/responseTransferMode", func(i *api.Integration, o patch.Operation) error {
			if i.ResponseTransferMode = o.Text(); i.ResponseTransferMode != "BUFFERED" && i.ResponseTransferMode != "STREAM" {
				return badOption("ResponseTransferMode", []string{"BUFFERED", "STREAM"})
			}
			return nil
		}),
		replace("/timeoutInMillis", func(i *api.Integration, o patch.Operation) error {
			// What is no number is out of bounds, too.
			i.TimeoutInMillis, _ = strconv.Atoi(o.Text())
			return nil
		}),
		replace("/tlsConfig/insecureSkipVerification", func(i *api.Integration, o patch.Operation) error {
			i.TLSConfig = &api.TLSConfig{InsecureSkipVerification: o.Bool()}
			return nil
		}),
		patchParameters("/requestParameters/{name}", func(i *api.Integration) *map[string]string { return &i.RequestParameters }, patch.Operation.Text),
		patchTypes("/requestTemplates/{type}", func(i *api.Integration) *map[string]string { return (*map[string]string)(&i.RequestTemplates) }),
	)
}

// refuseForMock refuses what a MOCK integration does not have.
func refuseForMock(i *api.Integration, o patch.Operation) error {
	if i.Type == api.IntegrationMock {
		return &patch.Invalid{Message: "Invalid patch path " + o.Path}
	}
	return nil
}

func patchConnectionType(i *api.Integration, o patch.Operation) error {
	switch o.Text() {
	case api.ConnectionInternet, api.ConnectionVPCLink:
	default:
		return badOption("ConnectionType", []string{api.ConnectionInternet, api.ConnectionVPCLink})
	}
	if i.ConnectionType = o.Text(); i.ConnectionType == api.ConnectionInternet {
		i.ConnectionID = ""
		if !isHTTPIntegration(i) {
			i.ConnectionType = ""
		}
	}
	return nil
}

func checkContentHandling(s string) error {
	if s != "" && s != api.ConvertToBinary && s != api.ConvertToText {
		return badOption("ContentHandlingStrategy", []string{api.ConvertToBinary, api.ConvertToText})
	}
	return nil
}

// patchCacheKeys changes the list by its value, where names have commas between them;
// replace sets the whole list.
func patchCacheKeys(i *api.Integration, o patch.Operation, _ []string) error {
	if o.Op == patch.Replace {
		i.CacheKeyParameters = []string{}
	}
	for name := range strings.SplitSeq(o.Text(), ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		one := patch.Operation{Op: o.Op, Value: &name}
		if o.Op == patch.Replace {
			one.Op = patch.Add
		}
		i.CacheKeyParameters = addOrRemove(i.CacheKeyParameters, one)
	}
	return nil
}

// patchCacheKey changes the one parameter that the path names.
func patchCacheKey(i *api.Integration, o patch.Operation, names []string) error {
	at := slices.Index(i.CacheKeyParameters, names[0])
	switch {
	case o.Op == patch.Add && at < 0:
		i.CacheKeyParameters = append(i.CacheKeyParameters, names[0])
	case o.Op == patch.Add:
	case at < 0:
		return notFound("Invalid parameter name specified")
	case o.Op == patch.Remove:
		i.CacheKeyParameters = slices.Delete(i.CacheKeyParameters, at, at+1)
	default:
		i.CacheKeyParameters[at] = o.Text()
	}
	return nil
}
