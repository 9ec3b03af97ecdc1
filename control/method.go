package control

func methodOperations() operations { return operations{} }
