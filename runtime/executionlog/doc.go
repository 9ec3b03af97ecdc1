// Package executionlog writes the step-by-step log of one execution, in the
// wording of the real service. One implementation serves the logs of a stage
// (CloudWatch execution logs) and the log of a test call.
//
// What flows in: one method call a step, in the order of the pipeline. What flows
// out: lines to a Sink, or one text (Log.Text). A nil *Log is a log that is
// switched off: its methods return at once, so callers need no check, but must
// not compute arguments for it that cost anything.
//
// It never decides anything about a request and never shows a credential whole.
package executionlog
