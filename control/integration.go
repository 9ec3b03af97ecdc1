package control

func integrationOperations() operations { return operations{} }
