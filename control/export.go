package control

func exportOperations() operations { return operations{} }
