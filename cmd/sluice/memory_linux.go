package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// releaseProgram takes the pages of the program's file out of this process: a page
// that is touched again is mapped again, from the system's cache of the file. Only
// mappings that cannot be written to and have no page that differs from the file
// are let go of.
func releaseProgram() {
	text, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return // a system that hides it; nothing depends on this
	}
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	for _, m := range programMappings(string(text), program) {
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, m.start, m.end-m.start, syscall.MADV_DONTNEED)
	}
}

// memoryRange is a range of addresses.
type memoryRange struct{ start, end uintptr }

// programMappings finds the read-only mappings of a file without changed pages in
// the text of /proc/PID/smaps.
func programMappings(smaps, program string) (out []memoryRange) {
	var m memoryRange
	fits := false
	for line := range strings.Lines(smaps) {
		f := strings.Fields(line)
		switch {
		case len(f) >= 5 && strings.Contains(f[0], "-"): // start-end perms offset device inode path
			from, to, _ := strings.Cut(f[0], "-")
			start, err := strconv.ParseUint(from, 16, strconv.IntSize)
			end, err2 := strconv.ParseUint(to, 16, strconv.IntSize)
			m = memoryRange{uintptr(start), uintptr(end)}
			fits = err == nil && err2 == nil && len(f) == 6 && f[5] == program && (f[1] == "r--p" || f[1] == "r-xp")
		case len(f) == 3 && f[0] == "Anonymous:" && fits:
			if f[1] == "0" {
				out = append(out, m)
			}
			fits = false
		}
	}
	return out
}
