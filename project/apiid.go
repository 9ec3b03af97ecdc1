package project

import (
	"path/filepath"
	"regexp"
	"strings"
)

// maxIDLength is the longest label of a host name, in bytes: an API id is one.
const maxIDLength = 63

var validID = regexp.MustCompile(`^[a-z0-9]{1,63}$`)

// IDFromFile makes an API id of a file name: the base name without its last
// extension, in lower case, with everything dropped that is neither a letter
// a-z nor a digit, cut at 63 characters. "Pet-Store_v2.yaml" gives "petstorev2".
// It is "" when nothing is left.
func IDFromFile(file string) string {
	base := filepath.Base(file)
	if ext := filepath.Ext(base); ext != base {
		base = strings.TrimSuffix(base, ext)
	}
	var b strings.Builder
	for _, c := range []byte(strings.ToLower(base)) {
		if (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') {
			if b.WriteByte(c); b.Len() == maxIDLength {
				break
			}
		}
	}
	return b.String()
}
