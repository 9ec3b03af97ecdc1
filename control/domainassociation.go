package control

func domainAssociationOperations() operations { return operations{} }
