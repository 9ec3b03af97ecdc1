package policy

import "testing"

func TestDenyMessage(t *testing.T) {
	var cases []struct {
		Principal, Resource string
		Explicit            bool
		Want                string
	}
	load(t, "messages.json", &cases)
	for _, c := range cases {
		if got := DenyMessage(c.Principal, c.Resource, c.Explicit); got != c.Want {
			t.Errorf("\n got %s\nwant %s", got, c.Want)
		}
	}
	if got := DenyMessage("", "x", false); got != "User: anonymous is not authorized to perform: execute-api:Invoke on resource: x" {
		t.Errorf("got %s", got)
	}
}

func TestAuthorizerDenyMessage(t *testing.T) {
	if got := AuthorizerDenyMessage(false); got != "User is not authorized to access this resource" {
		t.Errorf("got %s", got)
	}
	if got := AuthorizerDenyMessage(true); got != "User is not authorized to access this resource with an explicit deny" {
		t.Errorf("got %s", got)
	}
}
