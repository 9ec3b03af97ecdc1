package lambda

// Serves tells whether a function that is named like this can be called: it is
// configured, or there is an Invoke endpoint.
func (c *Config) Serves(ref Reference, getenv func(string) string) bool {
	if c.InvokeEndpoint(getenv) != "" {
		return true
	}
	for i := range c.Functions {
		own, err := ParseReference(c.Functions[i].Name)
		if err == nil && own.Name == ref.Name && (own.Scope == "" || own.Scope == ref.Scope) &&
			(own.Qualifier == "" || own.Qualifier == ref.Qualifier) {
			return true
		}
	}
	return false
}
