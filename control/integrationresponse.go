package control

func integrationResponseOperations() operations { return operations{} }
