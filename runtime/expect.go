package runtime

import (
	"unsafe"

	"sluice/prefetch"
)

// expect has a stage fetched from memory at once; nil is none.
func (s *Stage) expect() {
	prefetch.Lines(unsafe.Pointer(s), int(unsafe.Offsetof(s.settings))/prefetch.LineSize+1)
}

// expect has a deployment fetched from memory at once.
func (d *deployment) expect() {
	prefetch.Lines(unsafe.Pointer(d), int(unsafe.Offsetof(d.id))/prefetch.LineSize+1)
}

// expect has what the next steps will read of a method fetched from memory at once.
// Of thousands of methods each request meets another one, and nothing of that is in
// the processor's cache.
func (m *method) expect() {
	prefetch.Lines(unsafe.Pointer(m), int(unsafe.Sizeof(*m))/prefetch.LineSize+1)
	prefetch.Line(unsafe.Pointer(m.authorization))
	prefetch.Line(unsafe.Pointer(m.metrics))
	m.limits.Expect()
	prefetch.Line(unsafe.Pointer(unsafe.SliceData(m.required)))
	prefetch.Line(unsafe.Pointer(unsafe.StringData(m.resourcePath)))
	prefetch.Lines(unsafe.Pointer(m.integration.uri), 2)
	prefetch.Line(unsafe.Pointer(m.integration.responses))
}

// expect is the same for what the integration will read, once that is known.
func (it *integration) expect() {
	if it.uri == nil {
		return
	}
	prefetch.Lines(unsafe.Pointer(unsafe.SliceData(it.uri.path)), 2)
	prefetch.Line(unsafe.Pointer(unsafe.SliceData(it.path)))
}
