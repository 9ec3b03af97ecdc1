package control

func authorizerOperations() operations { return operations{} }
