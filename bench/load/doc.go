//go:build linux

// Command load measures gateways side by side on one machine: sluice, a bare
// fasthttp server and a bare fasthttp reverse proxy (both of this program), and
// nginx, HAProxy, Caddy and KrakenD when they are installed.
//
// Each gateway runs on one core; the load generator and the upstream share
// another. Rounds are interleaved, A B C A B C, and what is printed are medians
// over rounds, so that a disturbance of the machine hits all alike. The figure
// that counts is the CPU time that a gateway takes for a request: on a machine
// with other work it is still meaningful when requests a second are not.
//
// What flows in: the sluice binary and flags. What flows out: a table on standard
// output, JSON and an SVG chart. It talks to nothing but the loopback interface,
// ends by itself, and ends every process that it started.
package main
