package runtime

import (
	"strconv"
	"strings"

	"sluice/mapping/vtl/value"
	"sluice/runtime/executionlog"
)

// mockStatus reads the statusCode out of a rendered MOCK request template. The
// text is JSON as leniently as the service reads it ({statusCode: 200} is fine);
// only an integer counts (aws-facts: data plane, 9.5).
func mockStatus(text string) (int, bool) {
	v, err := value.ParseJSON(text)
	if err != nil {
		return 0, false
	}
	m := v.Map()
	if m == nil {
		return 0, false
	}
	s, ok := m.Get("statusCode")
	if !ok || s.Kind() != value.Int {
		return 0, false
	}
	if n := int(s.Int()); n >= 100 && n <= 599 {
		return n, true
	}
	return 0, false
}

// mock answers in place of a backend: the request template's statusCode selects
// the integration response, whose input is empty.
func (x *exchange) mock() *fault {
	it := &x.method.integration
	payload, text, f := x.requestPayload(it.contentHandling)
	if f != nil {
		return f
	}
	x.scope.Body.Reset(view(payload))
	status := it.mockStatus
	if template, ok := it.requestTemplates.pick(mimeOf(x.known.contentType)); status == 0 || template == nil || !ok || !text {
		if payload, f = x.transformRequest(payload, text); f != nil {
			return f
		}
		if status, ok = mockStatus(view(payload)); !ok {
			x.log.Failed(executionlog.UnparsableMockStatus)
			return faultConfiguration
		}
	}
	x.scope.Body.Reset("")
	r := it.responses.pick(status)
	if r == nil {
		x.log.NoIntegrationResponse(status)
		return faultConfiguration
	}
	x.integrationStatus = status
	return x.methodResponse(r, nil, "")
}

// overriddenStatus is $context.responseOverride.status: only whole numbers from
// 100 to 599 count.
func (x *exchange) overriddenStatus() int {
	o := x.scope.Overrides.ResponseSet()
	if o == nil {
		return 0
	}
	v, ok := o.Get("status")
	if !ok {
		return 0
	}
	n := int(v.Int())
	if s, ok := v.Str(); ok {
		n, _ = strconv.Atoi(strings.TrimSpace(s))
	}
	if n < 100 || n > 599 {
		return 0
	}
	return n
}
