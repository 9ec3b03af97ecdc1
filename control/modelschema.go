package control

func modelOperations() operations { return operations{} }
