//go:build linux

package main

import "github.com/valyala/fasthttp"

// runServer is the yardstick of MOCK: a bare fasthttp server with a constant answer.
func runServer(addr string) error {
	body := []byte(mockBody)
	s := &fasthttp.Server{NoDefaultServerHeader: true, Handler: func(ctx *fasthttp.RequestCtx) {
		ctx.SetContentType("application/json")
		ctx.Response.SetBodyRaw(body)
	}}
	return s.ListenAndServe(addr)
}

// runProxy is the yardstick of everything with a backend: a reverse proxy in a
// dozen lines of fasthttp.
func runProxy(addr, upstream string) error {
	client := &fasthttp.HostClient{Addr: upstream, MaxConns: 4096}
	s := &fasthttp.Server{NoDefaultServerHeader: true, Handler: func(ctx *fasthttp.RequestCtx) {
		ctx.Request.Header.Del("Connection")
		if err := client.Do(&ctx.Request, &ctx.Response); err != nil {
			ctx.SetStatusCode(fasthttp.StatusBadGateway)
		}
		ctx.Response.Header.Del("Connection")
	}}
	return s.ListenAndServe(addr)
}
