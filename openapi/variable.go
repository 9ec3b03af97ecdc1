package openapi

import (
	"bytes"
	"strings"

	"sluice/openapi/document"
)

// resolveVariables puts values for ${AWS::AccountId}, ${AWS::Partition} and
// ${AWS::Region} wherever the document's texts name them, as the service does
// when it imports (developer guide, "AWS variables for OpenAPI import").
func (im *importer) resolveVariables(src []byte) {
	const open = "${AWS::"
	// JSON may write the dollar as an escape; such a document is not looked at.
	if !bytes.Contains(src, []byte(open)) {
		return
	}
	s := scope{im: im}
	values := strings.NewReplacer(
		"${AWS::AccountId}", im.opts.AccountID, "${AWS::Partition}", im.partition(), "${AWS::Region}", im.opts.Region,
	)
	im.root.Rewrite(func(n *document.Node) string {
		if !strings.Contains(n.Text(), open) {
			return n.Text()
		}
		text := values.Replace(n.Text())
		if _, rest, left := strings.Cut(text, open); left {
			name, _, _ := strings.Cut(rest, "}")
			s.warn(s.place(n), "%s is not resolved; an import knows AWS::AccountId, AWS::Partition and AWS::Region", quote("AWS::"+name))
		}
		return text
	})
}
