package logdelivery

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"
)

// fileEnding is what the files end in. It keeps them apart from folders: a group can
// be called as the folder that another one lies in, as a stage's and its canary's are.
const fileEnding = ".log"

// maxElement is how long a part of a file's name may be, in bytes, before it is cut:
// file systems take 255.
const maxElement = 200

// fileName is the path of a destination's file below the directory of log files. The
// slashes in a name are folders, so that API-Gateway-Execution-Logs_{api}/{stage} is
// found under its own name, and a slash at its beginning is not told apart from
// none. The files of another region than home lie in a folder @{region}, which no
// group can be called. The account does not count: the service writes logs only to
// the account that an API belongs to.
func fileName(d Destination, home string) string {
	parts := strings.Split(strings.TrimPrefix(d.Name, "/"), "/")
	for i, p := range parts {
		p = safeElement(p)
		if i < len(parts)-1 && strings.HasSuffix(p, fileEnding) {
			p = strings.TrimSuffix(p, fileEnding) + "%2Elog" // the folder of a/b beside the file of a
		}
		parts[i] = p
	}
	parts[len(parts)-1] += fileEnding
	if d.Region != home {
		parts = append([]string{"@" + d.Region}, parts...)
	}
	return filepath.Join(parts...)
}

// safeElement is a part of a name as the name of a file: never empty, never a way
// out of a folder, and different for different parts.
func safeElement(s string) string {
	switch s {
	case "":
		return "%"
	case ".":
		return "%2E"
	case "..":
		return "%2E%2E"
	}
	const digits = "0123456789ABCDEF"
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		c := s[i]
		if isAlphanumeric(c) || c == '.' || c == '_' || c == '-' || c == '#' {
			b = append(b, c)
		} else {
			b = append(b, '%', digits[c>>4], digits[c&15])
		}
	}
	if len(b) > maxElement {
		sum := sha256.Sum256(b)
		b = append(append(b[:maxElement-17], '~'), hex.EncodeToString(sum[:8])...)
	}
	return string(b)
}
