package backend

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"strings"
	"testing"
)

var kinds = map[string]Kind{
	"": 0, "timeout": KindTimeout, "connect": KindConnect, "address": KindAddress, "too large": KindTooLarge,
	"malformed": KindMalformed, "closed": KindClosed, "request": KindRequest,
}

type answerCase struct {
	Name   string
	Method string // GET
	// What the backend sends: Answer (Repeat times), then Fillers times Filler
	// with Data bytes and a line end behind it, then End. Then it closes or waits.
	Answer  string
	Repeat  int
	Filler  string
	Fillers int
	Data    int
	End     string
	Close   bool

	Status int
	Header string // fields joined by "|"
	Body   string
	Kind   string
	Reused bool // whether the next request goes over the same connection
}

func (a *answerCase) bytes() string {
	fill := a.Filler
	if a.Data > 0 {
		fill += strings.Repeat("d", a.Data)
		if a.Filler != "" {
			fill += "\r\n"
		}
	}
	return strings.Repeat(a.Answer, max(a.Repeat, 1)) + strings.Repeat(fill, a.Fillers) + a.End
}

func answerCases(t testing.TB) (cases []answerCase) {
	t.Helper()
	b, err := os.ReadFile("testdata/answers.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// TestAnswers sends each answer in one piece, and byte by byte.
func TestAnswers(t *testing.T) {
	for _, tc := range answerCases(t) {
		for _, pieces := range []bool{false, true} {
			name := tc.Name
			answer := tc.bytes()
			if pieces {
				if len(answer) > 2000 {
					continue
				}
				name += " in pieces"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				testAnswer(t, tc, answer, pieces)
			})
		}
	}
}

func testAnswer(t *testing.T, tc answerCase, answer string, pieces bool) {
	const second = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond"
	next := make(chan bool, 1) // whether the second request came on the first connection
	ln := listen(t, func(c net.Conn, r *bufio.Reader, number int) {
		for i := number; ; i++ {
			if _, _, err := readRequest(r); err != nil {
				return
			}
			if i > 0 {
				next <- number == 0
				c.Write([]byte(second))
				continue
			}
			if pieces {
				for j := range len(answer) { // bytes, not runes
					if _, err := c.Write([]byte(answer[j : j+1])); err != nil {
						return
					}
				}
			} else if _, err := c.Write([]byte(answer)); err != nil {
				return
			}
			if tc.Close {
				return
			}
		}
	})
	e := endpoint(t, client(t, Options{}), ln)
	req := get()
	if tc.Method != "" {
		req.Method = tc.Method
	}
	var resp Response
	err := e.Do(req, &resp, soon())
	if got := kindOf(t, err); got != kinds[tc.Kind] {
		t.Fatalf("kind %d (%v), want %q", got, err, tc.Kind)
	}
	if tc.Kind != "" {
		if resp.StatusCode != 0 || len(resp.Header) != 0 || len(resp.Body) != 0 {
			t.Errorf("response of an error is not empty: %+v", resp)
		}
		return
	}
	var fields []string
	for _, p := range resp.Header {
		fields = append(fields, p.Name+": "+p.Value)
	}
	if resp.StatusCode != tc.Status || strings.Join(fields, "|") != tc.Header || string(resp.Body) != tc.Body {
		t.Errorf("got %d %q %q", resp.StatusCode, strings.Join(fields, "|"), resp.Body)
	}
	if err := e.Do(get(), &resp, soon()); err != nil || string(resp.Body) != "second" {
		t.Fatalf("second request: %v, %q", err, resp.Body)
	}
	// In pieces, what follows an answer may arrive too late to be seen with it,
	// and is found before the connection is used again: either way it is not reused.
	if got := <-next; got != tc.Reused {
		t.Errorf("connection reused: %v, want %v", got, tc.Reused)
	}
}
