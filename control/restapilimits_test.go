package control

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// An import can make no more of anything than single calls can, and a merge counts
// what is there; what it is refused for leaves nothing behind. That the exception is
// LimitExceededException itself is of a field report (boto3 1296), the numbers are
// those of the quotas.
func TestImportLimits(t *testing.T) {
	document := func(authorizers, schema, parts int) string {
		schemes, listed := map[string]any{}, []any{}
		for i := range authorizers {
			schemes[fmt.Sprint("a", i)] = map[string]any{
				"type": "apiKey", "name": "A", "in": "header",
				"x-amazon-apigateway-authorizer": map[string]any{
					"type": "token", "authorizerUri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:f/invocations",
				},
			}
		}
		for i := range parts {
			listed = append(listed, map[string]any{
				"location": map[string]any{"type": "RESOURCE", "path": fmt.Sprint("/", i)}, "properties": map[string]any{"description": "d"},
			})
		}
		d := map[string]any{
			"swagger": "2.0", "info": map[string]any{"title": "t"}, "paths": map[string]any{}, "securityDefinitions": schemes,
			"x-amazon-apigateway-documentation": map[string]any{"documentationParts": listed},
		}
		if schema > 0 {
			d["definitions"] = map[string]any{"M": map[string]any{"enum": []string{strings.Repeat("x", schema)}}}
		}
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	const limit = "LimitExceededException"
	const manyAuthorizers = "Maximum number of Authorizers for this API has been reached. Please contact AWS if you need additional Authorizers."
	manyParts := fmt.Sprintf("Maximum number of documentation parts for this API has been reached: %d", maxDocumentationParts)
	largeModels := fmt.Sprintf("The models of an API can have at most %d bytes", maxModels)
	f := newFixture(t)
	for _, c := range []struct {
		document, message string
	}{
		{document(maxAuthorizers+1, 0, 0), manyAuthorizers},
		{document(0, maxModels, 0), largeModels},
		{document(0, 0, maxDocumentationParts+1), manyParts},
	} {
		f.refuses("POST", "/restapis?mode=import", c.document, 429, limit, c.message)
	}
	if n := len(f.records()); n != 0 {
		t.Errorf("%d records were left", n)
	}
	id := f.make("POST", "/restapis?mode=import", document(maxAuthorizers, maxModels-100, maxDocumentationParts))["id"].(string)
	other := strings.NewReplacer(`"a0"`, `"b0"`, `"M"`, `"N"`, `"/0"`, `"/x"`)
	for _, c := range []struct {
		document, message string
	}{
		{document(1, 0, 0), manyAuthorizers},
		{document(0, 200, 0), largeModels},
		{document(0, 0, 1), manyParts},
	} {
		f.refuses("PUT", "/restapis/"+id+"?mode=merge", other.Replace(c.document), 429, limit, c.message)
		f.make("PUT", "/restapis/"+id+"?mode=merge", c.document)
	}
	f.make("PUT", "/restapis/"+id+"?mode=overwrite", other.Replace(document(1, 200, 1)))
}
