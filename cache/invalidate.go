package cache

import (
	"fmt"

	"sluice/api"
)

// Verdict is what becomes of a request that asks to invalidate its entry.
type Verdict uint8

// The verdicts.
const (
	Serve            Verdict = iota // go on as if it had not asked
	ServeWithWarning                // the same, and the answer carries WarningName: WarningText
	Refresh                         // call the backend and replace the entry
	Refuse                          // answer RefusalStatus with RefusalMessage
)

// The header of answers to requests that were not allowed to invalidate (strategy
// SUCCEED_WITH_RESPONSE_HEADER). It belongs to the one answer, not to the entry.
const (
	WarningName = "Warning"
	WarningText = "199 Cache-control headers were ignored because the caller was unauthorized"
)

// The gateway response to them under FAIL_WITH_403 ("returns a 403 Unauthorized
// response").
const (
	RefusalStatus  = 403
	RefusalMessage = "Unauthorized"
)

// strategy is an unauthorizedCacheControlHeaderStrategy.
type strategy uint8

const (
	succeedWithHeader strategy = iota
	succeedWithoutHeader
	failWith403
)

// parseStrategy takes the service's names; "" is the service's default.
func parseStrategy(s string) (strategy, error) {
	switch s {
	case "", "SUCCEED_WITH_RESPONSE_HEADER":
		return succeedWithHeader, nil
	case "SUCCEED_WITHOUT_RESPONSE_HEADER":
		return succeedWithoutHeader, nil
	case "FAIL_WITH_403":
		return failWith403, nil
	}
	return 0, fmt.Errorf("unauthorizedCacheControlHeaderStrategy %q is not FAIL_WITH_403, SUCCEED_WITH_RESPONSE_HEADER or SUCCEED_WITHOUT_RESPONSE_HEADER", s)
}

// control is a method's policy about invalidation by clients.
type control struct {
	authorization bool // only callers who may (execute-api:InvalidateCache)
	strategy      strategy
}

func compileControl(s *api.MethodSetting) (control, error) {
	st, err := parseStrategy(s.UnauthorizedCacheControlHeaderStrategy)
	return control{authorization: s.RequireAuthorizationForCacheControl, strategy: st}, err
}

// judge decides about a request that asks; may is whether its caller is allowed
// execute-api:InvalidateCache.
func (c control) judge(may bool) Verdict {
	if may || !c.authorization {
		return Refresh
	}
	switch c.strategy {
	case failWith403:
		return Refuse
	case succeedWithoutHeader:
		return Serve
	default:
		return ServeWithWarning
	}
}
