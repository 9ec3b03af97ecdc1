// Package logdelivery brings the log lines of stages to where the real service
// brings them: access logs to the log group or the delivery stream that a stage's
// accessLogSettings name, execution logs to API-Gateway-Execution-Logs_{api}/{stage}.
//
// What flows in: finished lines (Delivery.Log), from any number of requests. What
// flows out, in batches and in the order of arrival: PutLogEvents and PutRecordBatch
// to the endpoints that are configured for CloudWatch Logs and Firehose, or whole
// lines to a file named after the destination. Between the two stands one bounded
// queue a destination, and a bound on all of them together.
//
// A line is delivered at least once, or dropped and counted: when the queue is full,
// when what takes it refuses it, or has been failing for Options.RetryTime.
//
// It never makes a request wait, never calls the real service unless an endpoint
// says so, never leaves its directory for a name, and keeps nothing of a destination
// that no stage uses any more. An idle destination costs neither a goroutine nor a
// buffer nor a file handle.
package logdelivery
