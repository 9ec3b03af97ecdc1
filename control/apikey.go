package control

func apiKeyOperations() operations { return operations{} }
