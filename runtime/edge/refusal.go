package edge

import (
	"errors"
	"os"
)

// Refusal is why a request was refused. Refusals are constants: compare by address.
type Refusal struct {
	Status  int
	Type    string // x-amzn-ErrorType
	Message string // what belongs into {"message":"..."}
}

// The refusals. The texts of 413 and 414 are those of the service's limits; the
// others are the reason phrases, since the service documents none. Of the two
// statuses that it may give for too much header, 431 says what is wrong.
var (
	BadRequest          = &Refusal{400, "BadRequestException", "Bad Request"}
	RequestTimeout      = &Refusal{408, "RequestTimeoutException", "Request Timeout"}
	RequestTooLarge     = &Refusal{413, "RequestTooLargeException", "Request Too Long"}
	URITooLong          = &Refusal{414, "BadRequestException", "Request URI too long"}
	ExpectationFailed   = &Refusal{417, "BadRequestException", "Expectation Failed"}
	HeaderTooLarge      = &Refusal{431, "BadRequestException", "Request Header Fields Too Large"}
	UnsupportedTransfer = &Refusal{501, "BadRequestException", "Not Implemented"}
	UnsupportedVersion  = &Refusal{505, "BadRequestException", "HTTP Version Not Supported"}
)

// refusalOf says what an error of the connection means for a client that may still
// listen.
func refusalOf(err error) *Refusal {
	switch {
	case err == errTooMuch:
		return RequestTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return RequestTimeout
	}
	return BadRequest
}
