package control

func requestValidatorOperations() operations { return operations{} }
