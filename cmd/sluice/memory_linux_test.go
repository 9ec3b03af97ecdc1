package main

import (
	"reflect"
	"testing"
)

// TestProgramMappings: nothing is let go of that is another file's, can be written
// to, or has pages that differ from the file.
func TestProgramMappings(t *testing.T) {
	const smaps = `00400000-01da6000 r-xp 00000000 fe:00 1310 /opt/sluice
Size:              26264 kB
Rss:               14804 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me
01da6000-036d5000 r--p 019a6000 fe:00 1310 /opt/sluice
Anonymous:             0 kB
036d5000-03700000 r--p 032d5000 fe:00 1310 /opt/sluice
Anonymous:             8 kB
03700000-03968000 rw-p 03300000 fe:00 1310 /opt/sluice
Anonymous:             0 kB
7f0000000000-7f0000021000 r-xp 00000000 fe:00 99 /lib/libc.so.6
Anonymous:             0 kB
7f0000021000-7f0000022000 r--p 00000000 00:00 0
Anonymous:             0 kB
7f0000022000-7f0000023000 r-xp 00000000 fe:00 98 /opt/sluice (deleted)
Anonymous:             0 kB
`
	want := []memoryRange{{0x400000, 0x1da6000}, {0x1da6000, 0x36d5000}}
	if got := programMappings(smaps, "/opt/sluice"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
	if got := programMappings("", "/opt/sluice"); got != nil {
		t.Errorf("of nothing: %x", got)
	}
}
