// Package sigv4 verifies AWS Signature Version 4 on requests that arrive, in an
// Authorization header or in the query (presigned).
//
// What flows in: a Request exactly as it came over the connection, the time, and a
// Key for the access key id that Parse found. What flows out: nil or a Fault, which
// has the exception and the text that the service answers (texts: the IAM user
// guide's "Troubleshoot Signature Version 4" and field reports).
//
// Canonical form, as for every service but S3: the path is normalized (RFC 3986,
// 5.2.4, and without empty segments) and each segment encoded once more than it
// was sent; query parameters are decoded, encoded and sorted; header values are
// trimmed and runs of blanks made one. The payload's hash is that of the body as
// received, or UNSIGNED-PAYLOAD where x-amz-content-sha256 says so, which the
// signature covers. Bodies signed chunk by chunk are refused.
//
// The package never compares secrets in a time that depends on them, keeps nothing
// of a request, and knows nothing of policies.
package sigv4
