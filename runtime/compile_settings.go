package runtime

import (
	"slices"
	"strconv"
	"strings"

	"sluice/api"
	"sluice/runtime/backend"
	"sluice/runtime/logdelivery"
)

// settings checks what the stage and the API say beside their methods: each member
// is honoured elsewhere, has no meaning for what is served, or is refused here.
func (c *compiler) settings(d *Deployment) {
	stage := "stage " + c.stage.StageName
	refuse := func(message string) { c.fail(nil, stage, message) }
	if c.stage.ClientCertificateID != "" {
		switch cert := d.ClientCertificate; {
		case cert == nil:
			c.deferred(nil, stage, "client certificate "+strconv.Quote(c.stage.ClientCertificateID)+" is not known", "backends get none")
		default:
			var err error
			if c.certificate, err = backend.ParseCertificate(cert.Certificate, cert.PrivateKey); err != nil {
				refuse("client certificate " + c.stage.ClientCertificateID + ": " + err.Error())
			}
		}
	}
	if c.stage.WebACLArn != "" {
		refuse("webAclArn is not supported: web ACLs are not evaluated, and their rules would let everything pass")
	}
	if a := c.stage.AccessLogSettings; a != nil && a.DestinationArn != "" {
		if _, err := logdelivery.ParseDestination(a.DestinationArn); err != nil {
			refuse("accessLogSettings: " + err.Error())
		}
	}
	if canary := c.stage.CanarySettings; canary != nil {
		if canary.PercentTraffic < 0 || canary.PercentTraffic > 100 {
			refuse("canarySettings: percentTraffic must be between 0.0 and 100.0")
		}
		switch {
		case d.Canary != nil:
		case canary.DeploymentID == "" || canary.DeploymentID == c.snapshot.DeploymentID:
			d.Canary = d.Snapshot
		default:
			refuse("canarySettings: deployment " + strconv.Quote(canary.DeploymentID) + " is not known")
		}
	}
	for _, snapshot := range [...]*api.Snapshot{d.Snapshot, d.Canary} {
		if snapshot != nil {
			c.apiSettings(&snapshot.RestApi)
		}
		if d.Canary == d.Snapshot {
			break
		}
	}
}

// apiSettings checks the members of an API that choose among values.
func (c *compiler) apiSettings(a *api.RestApi) {
	one := func(member, value string, of ...string) {
		if value != "" && !slices.Contains(of, value) {
			c.fail([]string{"restApi", member}, "", member+" "+strconv.Quote(value)+" is none of "+strings.Join(of, ", "))
		}
	}
	one("apiKeySource", a.APIKeySource, api.APIKeySourceHeader, api.APIKeySourceAuthorizer)
	one("endpointAccessMode", a.EndpointAccessMode, "BASIC", "STRICT")
	if p := a.SecurityPolicy; p != "TLS_1_0" && p != "TLS_1_2" && !strings.HasPrefix(p, "SecurityPolicy_") && p != "" {
		c.fail([]string{"restApi", "securityPolicy"}, "", "securityPolicy "+strconv.Quote(p)+" is none of TLS_1_0, TLS_1_2, SecurityPolicy_...")
	}
	for _, t := range endpointTypes(a) {
		one("endpointConfiguration", t, "EDGE", "REGIONAL", "PRIVATE")
	}
	if n := a.MinimumCompressionSize; n != nil && (*n < 0 || *n > 10485760) {
		c.fail([]string{"restApi", "minimumCompressionSize"}, "", "minimumCompressionSize "+strconv.Itoa(*n)+" is not between 0 and 10485760")
	}
	if a.DisableExecuteAPIEndpoint {
		c.warn([]string{"restApi", "disableExecuteApiEndpoint"}, "", "disableExecuteApiEndpoint is set: only requests to a custom domain reach the API, all others get 403")
	}
}
