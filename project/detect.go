package project

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
)

// fileKind is what a file is.
type fileKind int

const (
	kindUnknown fileKind = iota
	kindDefinition
	kindSnapshot
	kindProject
)

// snapshotFormat starts the format member of every snapshot, whatever its version.
const snapshotFormat = "sluice.snapshot/"

// detect tells by its content what a file is; the name decides only when the
// content does not. It looks at the top-level keys alone, because a full parse
// of a large definition is worth doing once only.
func detect(file string, src []byte) fileKind {
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	var keys []string
	if text := bytes.TrimLeft(src, " \t\r\n"); len(text) > 0 && text[0] == '{' {
		var format string
		keys, format = jsonKeys(text)
		if strings.HasPrefix(format, snapshotFormat) {
			return kindSnapshot
		}
	}
	if keys == nil {
		keys = yamlKeys(src)
	}
	for _, k := range keys {
		switch k {
		case "openapi", "swagger":
			return kindDefinition
		case "apis":
			return kindProject
		}
	}
	if slices.Contains(keys, "paths") {
		return kindDefinition // whose version is missing: the importer says so
	}
	switch base := strings.ToLower(filepath.Base(file)); {
	case base == "sluice.yaml", base == "sluice.yml", base == "sluice.json":
		return kindProject
	case bytes.Contains(src, []byte("openapi")), bytes.Contains(src, []byte("swagger")):
		// A document so broken that its keys cannot be seen: the importer says where.
		return kindDefinition
	}
	return kindUnknown
}

// jsonKeys lists the keys of a JSON object up to the first error, and the text
// of its member "format". Values are skipped token by token.
func jsonKeys(src []byte) (keys []string, format string) {
	d := json.NewDecoder(bytes.NewReader(src))
	if _, err := d.Token(); err != nil {
		return nil, ""
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return keys, format
		}
		key, ok := t.(string)
		if !ok {
			return keys, format
		}
		keys = append(keys, key)
		if key == "openapi" || key == "swagger" || key == "apis" {
			return keys, format
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return keys, format
		}
		if key == "format" {
			if json.Unmarshal(value, &format) == nil && strings.HasPrefix(format, snapshotFormat) {
				return keys, format
			}
		}
	}
	return keys, format
}

// yamlKeys lists what looks like the keys of a YAML block mapping at the left edge.
func yamlKeys(src []byte) []string {
	var keys []string
	for line := range bytes.Lines(src) {
		if len(line) == 0 || line[0] == ' ' || line[0] == '\t' || line[0] == '#' || line[0] == '-' {
			continue
		}
		key, _, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			continue
		}
		keys = append(keys, strings.Trim(strings.TrimSpace(string(key)), `"'`))
	}
	return keys
}
