package control

func vpcLinkOperations() operations { return operations{} }
