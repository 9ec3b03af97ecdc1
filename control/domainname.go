package control

func domainNameOperations() operations { return operations{} }
