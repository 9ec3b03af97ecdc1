package edge

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// echo answers with what was made of a request, one line an item.
func echo(q *Request, a *Answer) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s|%s|%s|%s|", q.Method, q.Path, q.Query, q.Host)
	for _, p := range q.Header {
		fmt.Fprintf(&b, "%s: %s|", p.Name, p.Value)
	}
	if len(q.Body) > 100 {
		fmt.Fprintf(&b, "%d bytes", len(q.Body))
	} else {
		b.Write(q.Body)
	}
	a.SetContentType("text/plain")
	a.SetBody(b.Bytes())
}

func answerRefusal(_ *Request, a *Answer, r *Refusal) {
	a.SetStatus(r.Status)
	a.SetContentType("application/json")
	a.Add("x-amzn-ErrorType", r.Type)
	a.SetBodyText(`{"message":"` + r.Message + `"}`)
}

func serve(t testing.TB, o Options) net.Addr {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.OnRefuse = answerRefusal
	s := NewServer(echo, o)
	done := make(chan error)
	go func() { done <- s.Serve(ln) }()
	t.Cleanup(func() {
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return ln.Addr()
}

func dial(t testing.TB, addr net.Addr) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c.(*net.TCPConn)
}

type requestCase struct {
	Name string
	// What the client sends: Request with {fill N} replaced by Fill, N times.
	Request string
	Fill    string
	Status  int
	Echo    string // the answer's body, "" for a refusal
	Close   bool   // whether an answer that is no refusal closes
}

func (rc *requestCase) bytes() string {
	begin, end := strings.Index(rc.Request, "{fill "), -1
	if begin >= 0 {
		end = begin + strings.Index(rc.Request[begin:], "}")
	}
	if end < 0 {
		return rc.Request
	}
	n, err := strconv.Atoi(rc.Request[begin+len("{fill ") : end])
	if err != nil {
		panic(err)
	}
	return rc.Request[:begin] + strings.Repeat(rc.Fill, n) + rc.Request[end+1:]
}

func requestCases(t testing.TB) (cases []requestCase) {
	t.Helper()
	b, err := os.ReadFile("testdata/requests.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

var refusals = map[int]string{
	400: "Bad Request", 408: "Request Timeout", 413: "Request Too Long", 414: "Request URI too long", 417: "Expectation Failed",
	431: "Request Header Fields Too Large", 501: "Not Implemented", 505: "HTTP Version Not Supported",
}

// TestRequests sends exact bytes, and behind them another request, which must
// be answered if and only if the connection stays open.
func TestRequests(t *testing.T) {
	addr := serve(t, Options{})
	for _, rc := range requestCases(t) {
		t.Run(rc.Name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, addr)
			go io.WriteString(c, rc.bytes()+"GET /next HTTP/1.1\r\nHost: n\r\n\r\n") // may fail: the server may have closed
			r := bufio.NewReader(c)
			resp, body := readAnswer(t, r)
			if resp.StatusCode != rc.Status {
				t.Fatalf("status %d, want %d: %s", resp.StatusCode, rc.Status, body)
			}
			closes := rc.Close
			if rc.Status == 200 {
				if body != rc.Echo {
					t.Errorf("got  %q\nwant %q", body, rc.Echo)
				}
			} else {
				closes = true
				if want := `{"message":"` + refusals[rc.Status] + `"}`; body != want {
					t.Errorf("body %q, want %q", body, want)
				}
				if got := resp.Header.Get("Content-Type"); got != "application/json" {
					t.Errorf("Content-Type %q", got)
				}
			}
			if resp.Close != closes {
				t.Errorf("Connection: close is %v", resp.Close)
			}
			if closes {
				c.CloseWrite()
				if rest, err := io.ReadAll(r); err != nil || len(rest) > 0 {
					t.Errorf("after the answer: %q, %v", rest, err)
				}
			} else if _, body := readAnswer(t, r); body != "GET|/next||n|Host: n|" {
				t.Errorf("next answer: %q", body)
			}
		})
	}
}

func readAnswer(t testing.TB, r *bufio.Reader) (*http.Response, string) {
	t.Helper()
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestPipelining(t *testing.T) {
	c := dial(t, serve(t, Options{}))
	const n = 200
	var b strings.Builder
	for i := range n {
		if i%2 == 0 {
			fmt.Fprintf(&b, "GET /%d HTTP/1.1\r\nHost: h\r\n\r\n", i)
		} else {
			fmt.Fprintf(&b, "POST /%d HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", i)
		}
	}
	go io.WriteString(c, b.String())
	r := bufio.NewReader(c)
	for i := range n {
		want := fmt.Sprintf("GET|/%d||h|Host: h|", i)
		if i%2 == 1 {
			want = fmt.Sprintf("POST|/%d||h|Host: h|Content-Length: 3|abc", i)
		}
		if _, body := readAnswer(t, r); body != want {
			t.Fatalf("got %q, want %q", body, want)
		}
	}
}

func TestHeadHasNoBody(t *testing.T) {
	addr := serve(t, Options{})
	for _, request := range []string{
		"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n",
		"HEAD /%zz HTTP/1.1\r\nHost: h\r\n\r\n",
		"HEAD / HTTP/1.1\r\n\r\n",
		"HEAD / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n",
	} {
		c := dial(t, addr)
		io.WriteString(c, request)
		c.CloseWrite()
		b, err := io.ReadAll(c)
		if err != nil || !bytes.HasSuffix(b, []byte("\r\n\r\n")) || !bytes.Contains(b, []byte("\r\nContent-Length: ")) {
			t.Errorf("%q, %v", b, err)
		}
	}
}

func TestExpectContinue(t *testing.T) {
	addr := serve(t, Options{})
	for _, tc := range []struct{ head, first, body, last string }{
		{
			"POST / HTTP/1.1\r\nHost: h\r\nexpect: 100-Continue\r\nContent-Length: 3\r\n\r\n",
			"HTTP/1.1 100 Continue\r\n", "abc", "POST|/||h|Host: h|expect: 100-Continue|Content-Length: 3|abc",
		},
		{"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 10485761\r\n\r\n", "HTTP/1.1 413 Request Entity Too Large\r\n", "", ""},
		{"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n", "", ""},
		{"POST / HTTP/1.1\r\nHost: h\r\nExpect: 200-ok\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 417 Expectation Failed\r\n", "", ""},
	} {
		c := dial(t, addr)
		io.WriteString(c, tc.head)
		r := bufio.NewReader(c)
		if line, err := r.ReadString('\n'); line != tc.first {
			t.Errorf("%q: %q, %v", tc.head, line, err)
			continue
		}
		if tc.body == "" {
			continue
		}
		r.ReadString('\n')
		io.WriteString(c, tc.body)
		if _, body := readAnswer(t, r); body != tc.last {
			t.Errorf("%q, want %q", body, tc.last)
		}
	}
}

// TestTooLargeIsHeard sends far more than is taken, as a client that writes all
// before it reads, and wants the answer nevertheless.
func TestTooLargeIsHeard(t *testing.T) {
	addr := serve(t, Options{})
	chunk := "40000\r\n" + strings.Repeat("x", 0x40000) + "\r\n"
	for name, request := range map[string]string{
		"length":  "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20000000\r\n\r\n" + strings.Repeat("x", 20000000),
		"chunked": "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat(chunk, 80) + "0\r\n\r\n",
		"chunk extensions": "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" +
			strings.Repeat("1;"+strings.Repeat("e", 2000)+"\r\nx\r\n", 15000) + "0\r\n\r\n",
		"target": "GET /" + strings.Repeat("a", 1<<20) + " HTTP/1.1\r\nHost: h\r\n\r\n",
		"header": "GET / HTTP/1.1\r\nHost: h\r\nA: " + strings.Repeat("a", 1<<20) + "\r\n\r\n",
	} {
		c := dial(t, addr)
		if _, err := io.WriteString(c, request); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		want := map[string]int{"target": 414, "header": 431}[name]
		if want == 0 {
			want = 413
		}
		if resp, _ := readAnswer(t, bufio.NewReader(c)); resp.StatusCode != want || !resp.Close {
			t.Errorf("%s: %d, close %v", name, resp.StatusCode, resp.Close)
		}
	}
}

// TestSlowClients: whoever is slow is answered 408, or closed, and not waited for.
func TestSlowClients(t *testing.T) {
	o := Options{HeaderTimeout: 500 * time.Millisecond, BodyTimeout: 700 * time.Millisecond, IdleTimeout: 600 * time.Millisecond}
	addr := serve(t, o)
	for name, tc := range map[string]struct {
		request string
		status  int // 0: closed without an answer
	}{
		"request line": {"GET / HT", 408},
		"header":       {"GET / HTTP/1.1\r\nHost: h\r\nA:", 408},
		"body":         {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab", 408},
		"large body":   {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 50000\r\n\r\nab", 408},
		"chunk":        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", 408},
		"chunk size":   {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a", 408},
		"trailer":      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: ", 408},
		"never used":   {"", 0},
		"idle":         {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, addr)
			begin := time.Now()
			io.WriteString(c, tc.request)
			r := bufio.NewReader(c)
			switch {
			case tc.request == "":
			case tc.status == 0:
				readAnswer(t, r)
			default:
				if resp, _ := readAnswer(t, r); resp.StatusCode != tc.status || !resp.Close {
					t.Errorf("status %d", resp.StatusCode)
				}
				c.CloseWrite() // it waits for that
			}
			if rest, err := io.ReadAll(r); err != nil || len(rest) > 0 {
				t.Errorf("%q, %v", rest, err)
			}
			if took := time.Since(begin); took < 400*time.Millisecond || took > 15*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
	t.Run("drip", func(t *testing.T) {
		t.Parallel()
		c := dial(t, addr)
		r := bufio.NewReader(c)
		answered := make(chan int)
		go func() {
			resp, err := http.ReadResponse(r, nil)
			if err != nil {
				answered <- 0
				return
			}
			answered <- resp.StatusCode
		}()
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\nA: ")
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case status := <-answered:
				if status != 408 {
					t.Errorf("status %d", status)
				}
				return
			case <-tick.C:
				io.WriteString(c, "a")
			}
		}
	})
}

// TestKeepAliveOutlivesDeadlines: deadlines of earlier requests pass while later
// ones run on the same connection.
func TestKeepAliveOutlivesDeadlines(t *testing.T) {
	c := dial(t, serve(t, Options{HeaderTimeout: 400 * time.Millisecond, WriteTimeout: 50 * time.Millisecond, IdleTimeout: 20 * time.Second}))
	r := bufio.NewReader(c)
	for i := range 5 {
		if i > 0 {
			time.Sleep(150 * time.Millisecond) // lets them pass
		}
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		if resp, body := readAnswer(t, r); resp.StatusCode != 200 {
			t.Fatal(resp.StatusCode, body)
		}
	}
}

// TestAnswersWithoutHandler: an answer that no handler writes does not
// fail because the deadline of an earlier one has passed.
func TestAnswersWithoutHandler(t *testing.T) {
	addr := serve(t, Options{WriteTimeout: 50 * time.Millisecond})
	for request, want := range map[string]string{
		"GET / HTTP/1.1\r\n\r\n": "HTTP/1.1 400 Bad Request\r\n",
		"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n":        "HTTP/1.1 100 Continue\r\n",
		"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n": "HTTP/1.1 413 Request Entity Too Large\r\n",
	} {
		c := dial(t, addr)
		r := bufio.NewReader(c)
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		readAnswer(t, r)
		time.Sleep(60 * time.Millisecond) // lets the deadline pass
		io.WriteString(c, request)
		if line, err := r.ReadString('\n'); line != want {
			t.Errorf("%q: %q, %v", request, line, err)
		}
	}
}
