package policy

// statement is a compiled statement. A list that covers everything is folded
// into its any... flag.
type statement struct {
	deny        bool
	anyAction   bool
	notAction   bool
	actions     []glob // over names in lower case
	anyResource bool
	notResource bool
	resources   []arnPattern
	principals  *principals // nil covers everyone: the owner of an identity policy
	conditions  []condition
}

// applies says whether the statement's effect holds for the request. The cheap
// and telling comparisons come first; the order does not show in the result.
func (s *statement) applies(ev *evaluation) bool {
	if !s.anyAction && s.coversAction(ev) == s.notAction {
		return false
	}
	if s.principals != nil && !s.principals.apply(&ev.r.Principal, s.deny) {
		return false
	}
	if !s.anyResource {
		ev.unresolved = false
		if s.coversResource(ev) == s.notResource {
			return false
		}
		if s.notResource && ev.unresolved && !s.deny {
			return false
		}
	}
	for i := range s.conditions {
		if !s.conditions[i].holds(ev, s.deny) {
			return false
		}
	}
	return true
}

func (s *statement) coversAction(ev *evaluation) bool {
	for i := range s.actions {
		if s.actions[i].match(ev, string(ev.r.Action)) {
			return true
		}
	}
	return false
}

func (s *statement) coversResource(ev *evaluation) bool {
	for i := range s.resources {
		if s.resources[i].match(ev, ev.r.Resource) {
			return true
		}
	}
	return false
}
