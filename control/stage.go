package control

func stageOperations() operations { return operations{} }
