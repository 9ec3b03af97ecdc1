package mapping

// Variable is one $context variable, resolved when its expression is compiled.
type Variable struct {
	ID  VariableID
	Key string // for AuthorizerProperty and AuthorizerClaim: the property's name
}

// VariableID numbers the variables of aws-facts/context-variables.md.
type VariableID uint8
