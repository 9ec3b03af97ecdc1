package control

import "sluice/api"

func modelOperations() operations { return operations{} }

// defaultModels are those that every API begins with.
func defaultModels() []*api.Model {
	return []*api.Model{
		{
			ID: newID(objectIDLength), Name: "Empty", ContentType: jsonContent, Description: "This is a default empty schema model",
			Schema: "{\n  \"$schema\": \"http://json-schema.org/draft-04/schema#\",\n  \"title\" : \"Empty Schema\",\n  \"type\" : \"object\"\n}",
		},
		{
			ID: newID(objectIDLength), Name: "Error", ContentType: jsonContent, Description: "This is a default error schema model",
			Schema: "{\n  \"$schema\" : \"http://json-schema.org/draft-04/schema#\",\n  \"title\" : \"Error Schema\",\n  \"type\" : \"object\",\n" +
				"  \"properties\" : {\n    \"message\" : { \"type\" : \"string\" }\n  }\n}",
		},
	}
}

const jsonContent = "application/json"

// modelReference is what $ref calls a model of an API.
func modelReference(apiID, name string) string {
	return "https://apigateway.amazonaws.com/restapis/" + apiID + "/models/" + name
}
