package control

func resourceOperations() operations { return operations{} }
