// Package document reads JSON and YAML into one tree whose every value knows
// its line and column, so that whatever is wrong with a definition can be named
// with its place.
//
// What flows in: the bytes of a file. What flows out: the root Node, or Errors.
// The tree is read-only once made and safe for concurrent readers.
//
// It knows nothing of OpenAPI. It never reads files, never follows references
// and never decodes into Go types. Its memory is bounded by MaxSize, MaxValues,
// MaxDepth and the bound on what YAML aliases may expand to.
//
// JSON has its own small parser and YAML is read with go.yaml.in/yaml/v4:
// goccy/go-yaml needs time and memory that grow with the square of the
// document (40 s and 40 GB allocated for 100,000 routes).
package document
