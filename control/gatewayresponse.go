package control

func gatewayResponseOperations() operations { return operations{} }
