package runtime

import (
	"sluice/api"
	"sluice/throttle"
)

// meter checks the API key and takes from the limits of the usage plan, the
// method, the stage and the account (step 5).
func (x *exchange) meter() *fault {
	m := x.method
	x.figures = m.metrics.Shard()
	m.integration.expect()
	var v throttle.Verdict
	key := ""
	if m.keyRequired {
		key = x.presentedKey()
		v = x.gateway.limiter.Check(m.limits, key, x.start)
		x.keyID = v.KeyID
		if v.KeyID != "" {
			x.key = key
		}
	} else {
		v = x.gateway.limiter.CheckKeyless(m.limits, x.start)
	}
	if x.log != nil {
		// The real log has these lines for methods without a key too.
		x.log.VerifyingUsagePlan(key, x.stage.apiID, x.stage.name)
		if !m.keyRequired {
			x.log.KeyNotRequired("", verbNames[m.verb], m.resourcePath)
		}
		if v.Outcome == throttle.Allowed {
			x.log.UsagePlanSucceeded(x.key, x.stage.apiID, x.stage.name)
		}
	}
	switch v.Outcome {
	case throttle.Allowed:
		return nil
	case throttle.Throttled:
		return faultThrottled
	case throttle.QuotaExceeded:
		return faultQuotaExceeded
	default:
		return faultInvalidAPIKey
	}
}

// presentedKey is the API key that the client, or its authorizer, presents.
func (x *exchange) presentedKey() string {
	if x.deployment.keySource == api.APIKeySourceAuthorizer {
		return x.identity.UsageIdentifierKey()
	}
	return x.header("X-API-Key")
}
