package runtime

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/api"
)

// TestAnswersKeepTheirBody: answers are written when their exchanges already
// serve other requests. Pipelined requests on several connections, with bodies
// small and large, each get back what they sent.
func TestAnswersKeepTheirBody(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	echo := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/plain")
		if len(body)%2 == 0 {
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		}
		w.Write(body)
	})}
	go echo.Serve(ln)
	t.Cleanup(func() { echo.Close() })

	b := newAPI()
	b.method("POST", "/echo", &api.Integration{
		Type: api.IntegrationHTTPProxy, HTTPMethod: "POST", URI: "http://" + ln.Addr().String() + "/", TimeoutInMillis: 20000,
	})
	r := b.start(t)
	body := func(client, i int) string {
		size := []int{10, 300, 9000, 40001, 7, 120000, 1}[(client+i)%7]
		return strings.Repeat(fmt.Sprintf("%d/%d ", client, i), size)[:size]
	}
	const clients, requests = 8, 70
	var wg sync.WaitGroup
	for client := range clients {
		wg.Go(func() {
			c, err := net.Dial("tcp", r.addr)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(30 * time.Second))
			go func() {
				for i := range requests {
					payload := body(client, i)
					fmt.Fprintf(c, "POST /dev/echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", len(payload), payload)
				}
			}()
			br := bufio.NewReader(c)
			for i := range requests {
				a, err := readAnswer(br, "POST")
				if err != nil {
					t.Error(err)
					return
				}
				if a.status != 200 || a.body != body(client, i) {
					t.Errorf("client %d, request %d: %d, %.60q, want %.60q", client, i, a.status, a.body, body(client, i))
					return
				}
			}
		})
	}
	wg.Wait()
}
