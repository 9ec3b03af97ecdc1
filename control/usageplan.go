package control

func usagePlanOperations() operations { return operations{} }
