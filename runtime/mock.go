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
	payload, text := x.requestPayload(it.contentHandling)
	template, ok := it.requestTemplates.pick(mimeOf(x.known.contentType))
	if !ok {
		return faultMediaType
	}
	status := 0
	switch {
	case template != nil && text && it.mockStatus != 0:
		status = it.mockStatus
	case template != nil && text:
		x.scope.Body.Reset(view(payload))
		out, f := x.render(template, x.buf[:0], false)
		x.buf = out
		if f != nil {
			return f
		}
		if status, ok = mockStatus(view(out)); !ok {
			return x.unparsableMock()
		}
	default:
		if status, ok = mockStatus(view(payload)); !ok {
			return x.unparsableMock()
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

func (x *exchange) unparsableMock() *fault {
	x.log.Failed(executionlog.UnparsableMockStatus)
	return faultConfiguration
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
