package control

func documentationOperations() operations { return operations{} }
