// Package octets has the character classes of HTTP that both sides of the
// gateway check: tokens, field values, and names compared without case.
//
// What flows in: bytes of a message. What flows out: yes or no.
//
// It never allocates, and knows nothing of messages as a whole.
package octets
