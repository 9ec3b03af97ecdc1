package sdk

import (
	"os"
	"testing"

	"sluice/openapi"
)

// FuzzGenerate: an SDK of whatever an import understood never panics.
func FuzzGenerate(f *testing.F) {
	for _, file := range []string{"../../testdata/everything/everything.yaml", "../../testdata/petstore/petstore.yaml"} {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add([]byte(`{"swagger":"2.0","info":{"title":"x"},"paths":{"/__proto__":{"get":{"operationId":"</script>"}}}}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		snap, _ := openapi.Import("api.yaml", src, openapi.Options{Lenient: true})
		if snap == nil {
			return
		}
		if _, _, err := Generate(Request{Type: JavaScript, Snapshot: snap, Stage: "dev", Region: "eu-central-1", Now: now}); err != nil {
			t.Fatal(err)
		}
	})
}
