package control

func sdkOperations() operations { return operations{} }
