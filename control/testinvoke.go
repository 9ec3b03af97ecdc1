package control

func testInvokeOperations() operations { return operations{} }
