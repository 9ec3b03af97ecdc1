package project

import (
	"fmt"
	"strings"

	"sluice/mapping"
)

// AccessLogFormat resolves the name of a documented access log format (clf, json,
// xml, csv); other text is a format of its own and comes back as it is. The error
// tells what is wrong with that.
func AccessLogFormat(text string) (string, error) {
	switch text {
	case "":
		return "", nil
	case "clf":
		return mapping.AccessLogCLF, nil
	case "json":
		return mapping.AccessLogJSON, nil
	case "xml":
		return mapping.AccessLogXML, nil
	case "csv":
		return mapping.AccessLogCSV, nil
	}
	if !strings.Contains(text, "$") {
		hint := ""
		if near := Suggest(text, []string{"clf", "json", "xml", "csv"}); near != "" {
			hint = fmt.Sprintf("; did you mean %q?", near)
		}
		return text, fmt.Errorf("%q is neither clf, json, xml or csv, nor a format of $context variables%s", text, hint)
	}
	_, err := mapping.CompileSubstitution(text, mapping.AccessLogFormat)
	return text, err
}
