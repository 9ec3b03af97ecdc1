package project

import (
	"regexp"

	"sluice/openapi"
)

// maxIDLength is the longest label of a host name, in bytes: an API id is one.
const maxIDLength = 63

var validID = regexp.MustCompile(`^[a-z0-9]{1,63}$`)

// idFromFile is the API id of a file that brings none: as openapi.IDFromFile has
// it, cut at 63 characters.
func idFromFile(file string) string {
	id := openapi.IDFromFile(file)
	return id[:min(len(id), maxIDLength)]
}
