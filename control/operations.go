package control

// operations are the handlers of a family by the names of the operations.
type operations map[string]handler

// register collects the handlers of all families.
func (s *Server) register() {
	for _, family := range []operations{
		accountOperations(),
		apiKeyOperations(),
		authorizerOperations(),
		basePathMappingOperations(),
		clientCertificateOperations(),
		deploymentOperations(),
		documentationOperations(),
		domainAssociationOperations(),
		domainNameOperations(),
		exportOperations(),
		gatewayResponseOperations(),
		integrationOperations(),
		integrationResponseOperations(),
		methodOperations(),
		methodResponseOperations(),
		modelOperations(),
		requestValidatorOperations(),
		resourceOperations(),
		restAPIOperations(),
		sdkOperations(),
		stageOperations(),
		tagOperations(),
		testInvokeOperations(),
		usageOperations(),
		usagePlanOperations(),
		vpcLinkOperations(),
	} {
		for name, h := range family {
			s.handlers[name] = h
		}
	}
}
