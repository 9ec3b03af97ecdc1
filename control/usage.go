package control

func usageOperations() operations { return operations{} }
