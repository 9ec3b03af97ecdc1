// Package edge is what stands between the network and the pipeline on the
// client's side: a strictly configured fasthttp.Server, the guard that refuses
// what RFC 9110 and 9112 do not allow and fasthttp (v1.78.0) takes, and the
// functions that read request targets and write those of backends.
//
// What flows in: connections, raw header blocks, raw targets. What flows out: a
// Head for the pipeline, or a *Refusal and a closed connection.
//
// It knows no stage, writes no answer (Options.OnRefuse does), decodes no path,
// and never keeps a byte that fasthttp lent.
package edge
