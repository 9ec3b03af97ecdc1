package runtime

import "sluice/api"

// verb indexes the methods of a resource.
type verb uint8

const (
	verbDelete verb = iota
	verbGet
	verbHead
	verbOptions
	verbPatch
	verbPost
	verbPut
	verbAny
	verbUnknown // no method, not even ANY, catches it

	verbCount = int(verbUnknown)
)

var verbNames = [verbCount]string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", api.MethodAny}

// verbOf finds the verb of a request method. ANY is not one.
func verbOf(method string) verb {
	for v := verbDelete; v < verbAny; v++ {
		if verbNames[v] == method {
			return v
		}
	}
	return verbUnknown
}
