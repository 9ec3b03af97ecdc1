package control

func restAPIOperations() operations { return operations{} }
