package control

func tagOperations() operations { return operations{} }
