package control

import (
	"net/http"
	"strings"
)

// scope is what a signature says of itself without being checked.
type scope struct{ accessKey, region, service string }

// scopeOf reads the credential scope of a request, from the Authorization header or
// from a presigned query.
func scopeOf(r *http.Request) (scope, bool) {
	credential := r.URL.Query().Get("X-Amz-Credential")
	if _, after, ok := strings.Cut(r.Header.Get("Authorization"), "Credential="); ok {
		credential, _, _ = strings.Cut(after, ",")
		credential, _, _ = strings.Cut(credential, " ")
	}
	// An access key may hold slashes of its own: count from the end.
	parts := strings.Split(strings.TrimSpace(credential), "/")
	n := len(parts)
	if n < 5 || !isRegion(parts[n-3]) {
		return scope{}, false
	}
	return scope{accessKey: strings.Join(parts[:n-4], "/"), region: parts[n-3], service: parts[n-2]}, true
}

// isRegion tells whether s can be the name of a region. It becomes part of keys and
// host names.
func isRegion(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
