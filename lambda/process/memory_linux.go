package process

import (
	"bytes"
	"os"
	"strconv"
	"strings"
)

// maxTree bounds the processes that are counted for one function.
const maxTree = 4096

// resident is the memory that a process and its descendants occupy, in bytes.
func resident(pid int) int64 {
	pages := int64(0)
	queue := []int{pid}
	for i := 0; i < len(queue) && i < maxTree; i++ {
		dir := "/proc/" + strconv.Itoa(queue[i])
		b, err := os.ReadFile(dir + "/statm")
		if err != nil {
			continue
		}
		if fields := bytes.Fields(b); len(fields) > 1 {
			n, _ := strconv.ParseInt(string(fields[1]), 10, 64)
			pages += n
		}
		// Only kernels built for it have this file; then the process counts alone.
		b, err = os.ReadFile(dir + "/task/" + strconv.Itoa(queue[i]) + "/children")
		if err != nil {
			continue
		}
		for _, field := range strings.Fields(string(b)) {
			if child, err := strconv.Atoi(field); err == nil {
				queue = append(queue, child)
			}
		}
	}
	return pages * int64(os.Getpagesize())
}
