package control

func clientCertificateOperations() operations { return operations{} }
