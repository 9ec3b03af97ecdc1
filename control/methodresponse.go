package control

func methodResponseOperations() operations { return operations{} }
