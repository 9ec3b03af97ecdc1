package control

func basePathMappingOperations() operations { return operations{} }
