package throttle

import "syscall"

const (
	hugePage         = 2 << 20
	adviseHugePages  = 14 // MADV_HUGEPAGE
	worthOfHugePages = 16 * hugePage
)

// useHugePages asks the kernel to map memory that nothing was written to yet in
// large pages: looking up where a page is takes as long as the access. A kernel
// that has none goes on with small ones.
func useHugePages(b []byte) {
	if len(b) >= worthOfHugePages {
		_ = syscall.Madvise(b, adviseHugePages)
	}
}
