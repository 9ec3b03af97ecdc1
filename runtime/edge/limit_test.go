package edge

import (
	"bufio"
	"io"
	"strings"
	"testing"
)

// TestLimits takes what is exactly at a limit, both at once.
func TestLimits(t *testing.T) {
	addr := serve(t, Options{})
	for _, more := range []int{0, 1} {
		for _, where := range []string{"target", "header"} {
			target := "/" + strings.Repeat("a", maxTarget-1)
			const rest = "Host: h\r\nA: \r\n"
			value := strings.Repeat("v", maxHeader-len(rest))
			want := 200
			if more == 1 {
				if where == "target" {
					target, want = target+"a", 414
				} else {
					value, want = value+"v", 431
				}
			}
			c := dial(t, addr)
			io.WriteString(c, "OPTIONS "+target+" HTTP/1.1\r\nHost: h\r\nA: "+value+"\r\n\r\n")
			resp, body := readAnswer(t, bufio.NewReader(c))
			if resp.StatusCode != want {
				t.Errorf("%s and %d: %d %.80s", where, more, resp.StatusCode, body)
			}
		}
	}
}
