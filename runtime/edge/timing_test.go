package edge

import (
	"bufio"
	"io"
	"testing"
	"time"
)

// TestLaterRequestsAreTimed: a request behind others on its connection has the
// header's time from its own begin, not the longer one of an idle connection, also
// when a part of it came together with the one before.
func TestLaterRequestsAreTimed(t *testing.T) {
	addr := serve(t, Options{HeaderTimeout: 300 * time.Millisecond, IdleTimeout: time.Hour, BodyTimeout: time.Hour})
	const whole = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
	for name, tc := range map[string]struct {
		first, then string
		answers     int // before the refusal
		continued   bool
	}{
		"after an answer":    {whole, "GET / HTTP/1.1\r\nHost: h\r\nA:", 1, false},
		"in one piece":       {whole + "GET / HTTP/1.1\r\nHost: h\r\nA:", "", 1, false},
		"behind two others":  {whole + whole + "GET / HT", "", 2, false},
		"small body":         {whole, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab", 1, false},
		"body after 100":     {whole, "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n", 1, true},
		"first and only one": {"", "GET / HTTP/1.1\r\nHost: h\r\nA:", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, addr)
			r := bufio.NewReader(c)
			io.WriteString(c, tc.first)
			for range tc.answers {
				if resp, body := readAnswer(t, r); resp.StatusCode != 200 {
					t.Fatal(resp.StatusCode, body)
				}
			}
			io.WriteString(c, tc.then)
			if tc.continued {
				if resp, _ := readAnswer(t, r); resp.StatusCode != 100 {
					t.Fatal(resp.StatusCode)
				}
			}
			if resp, body := readAnswer(t, r); resp.StatusCode != 408 || !resp.Close {
				t.Errorf("status %d, close %v: %s", resp.StatusCode, resp.Close, body)
			}
		})
	}
}
