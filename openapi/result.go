package openapi

import (
	"strings"

	"sluice/api"
)

// Refusal is what the service answers with BadRequestException; its text is the
// message.
type Refusal struct{ Message string }

func (r *Refusal) Error() string { return r.Message }

// Result is what an import by the control plane comes to.
type Result struct {
	Snapshot *api.Snapshot // nil when the document cannot be read at all
	Problems api.Problems  // everything, for people

	// Warnings are those that the service gives too, in its words: the warnings of
	// a RestApi. Errors are what it would refuse the document for.
	Warnings []string
	Errors   []string
}

// ImportDocument reads a document as ImportRestApi and PutRestApi do. Options
// should name APIID and NewID. Nothing of the result may be stored when Refusal
// says something.
func ImportDocument(src []byte, opts Options) Result {
	im := &importer{file: "document", opts: opts.withDefaults("document")}
	snap, problems := im.read(src)
	return Result{Snapshot: snap, Problems: problems, Warnings: im.warnings, Errors: im.errors}
}

// Refusal is the message of the BadRequestException that the document gets; ""
// if it is taken (aws-facts: openapi, 2).
func (r Result) Refusal(failOnWarnings bool) string {
	switch {
	case r.Snapshot == nil:
		return "Invalid OpenAPI input."
	case len(r.Errors) > 0:
		return "Errors found during import:\n\t" + strings.Join(r.Errors, "\n\t")
	case failOnWarnings && len(r.Warnings) > 0:
		return "Warnings found during import:\n\t" + strings.Join(r.Warnings, "\n\t")
	}
	return ""
}

// ImportDocumentation reads the parts that x-amazon-apigateway-documentation
// lists, in the order of the document, as ImportDocumentationParts does. Nothing
// else of the document is looked at.
func ImportDocumentation(src []byte, opts Options) DocumentationResult {
	opts.IgnoreDocumentation = false
	im := &importer{file: "document", opts: opts.withDefaults("document")}
	if im.open(src) {
		im.start(len(src))
		im.resolveVariables(src)
		im.readListedDocumentation()
	}
	out := DocumentationResult{Problems: im.finish(), Warnings: im.warnings, Errors: im.errors, readable: im.snap != nil}
	if im.snap != nil {
		out.Parts = im.snap.DocumentationParts
	}
	return out
}

// DocumentationResult is what an import of documentation alone comes to.
type DocumentationResult struct {
	Parts    []*api.DocumentationPart
	Problems api.Problems
	Warnings []string
	Errors   []string
	readable bool
}

// Refusal is as Result.Refusal.
func (r DocumentationResult) Refusal(failOnWarnings bool) string {
	switch {
	case !r.readable:
		return "Unable to build importer with provided input."
	case len(r.Errors) > 0:
		return "Errors found during import:\n\t" + strings.Join(r.Errors, "\n\t")
	case failOnWarnings && len(r.Warnings) > 0:
		return "Warnings found during import:\n\t" + strings.Join(r.Warnings, "\n\t")
	}
	return ""
}
