// Package edge is what stands between the network and the pipeline on the client's
// side: an HTTP/1.1 server that takes less than RFC 9110 and 9112 allow, and the
// functions that read request targets and write those of backends.
//
// What flows in: connections. What flows out: a Request for the handler with its
// body read whole, and the bytes of the handler's Answer; or a *Refusal, which
// Options.OnRefuse answers, and a closed connection.
//
// It is a server of its own because a head must be judged byte by byte as it came: a
// second reading behind another server's cost as much as the first, and could not see
// what that one had thrown away.
//
// It knows no stage, writes no text of its own but status lines, decodes no path, and
// never reads ahead of a request into another one's memory.
package edge
