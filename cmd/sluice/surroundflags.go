package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"sluice/authorizers"
	"sluice/lambda"
	"sluice/project"
)

// surroundFlags are the flags for what APIs reach or know beyond their
// definitions.
type surroundFlags struct {
	Functions   []string `name:"function" sep:";" env:"SLUICE_FUNCTION" placeholder:"NAME=FILE" help:"What runs when a function is called: NAME=[RUNTIME:]FILE[:HANDLER], or NAME=URL of an Invoke endpoint; may be repeated. RUNTIME is javascript, node, python, process, endpoint or static (default: by the ending of FILE)."`
	Endpoints   []string `name:"endpoint" sep:";" env:"SLUICE_ENDPOINT" placeholder:"SERVICE=URL" help:"Where an AWS service is, lambda among them, or * for all others; may be repeated (default: AWS_ENDPOINT_URL_SERVICE, AWS_ENDPOINT_URL, else the real service)."`
	VPCLinks    []string `name:"vpc-link" sep:";" env:"SLUICE_VPC_LINK" placeholder:"ID=TARGET" help:"Where a VPC link leads, [http(s)://]host[:port]; may be repeated."`
	KeySets     []string `name:"jwks" sep:";" env:"SLUICE_JWKS" placeholder:"POOL_ID=URL|FILE" help:"Where the keys of a user pool are; may be repeated (default: the pool's well-known URL)."`
	Credentials []string `name:"credential" sep:";" env:"SLUICE_CREDENTIAL" placeholder:"KEY:SECRET" help:"An access key of a caller (AWS_IAM): KEY:SECRET[,arn=ARN][,accountId=ID][,sessionToken=TOKEN][,policy=FILE]; may be repeated (default, on a loopback listener: test:test)."`
}

// surroundings checks the flags and returns what they say.
func (f *surroundFlags) surroundings() (s project.Surroundings, err error) {
	for _, text := range present(f.Functions) {
		function, err := parseFunction(text)
		if err != nil {
			return s, misused("--function %q: %w", text, err)
		}
		s.Functions = append(s.Functions, function)
	}
	if problems := (&lambda.Config{Functions: s.Functions}).Validate(); problems != nil {
		p := problems[0]
		return s, misused("--function %q: %s: %s", present(f.Functions)[p.Function], p.Field, p.Message)
	}
	for _, m := range []struct {
		flag, form string
		values     []string
		to         *map[string]string
		check      func(name, value string) error
	}{
		{"--endpoint", "SERVICE=URL", f.Endpoints, &s.Endpoints, func(_, v string) error { return project.CheckEndpoint(v) }},
		{"--vpc-link", "ID=TARGET", f.VPCLinks, &s.VPCLinks, func(_, v string) error { return project.CheckLinkTarget(v) }},
		{"--jwks", "POOL_ID=URL or POOL_ID=FILE", f.KeySets, &s.KeySets, func(id, _ string) error { return project.CheckPool(id) }},
	} {
		for _, text := range present(m.values) {
			name, value, ok := strings.Cut(text, "=")
			if !ok || name == "" || value == "" {
				return s, misused("%s %q: write it as %s", m.flag, text, m.form)
			}
			if err := m.check(name, value); err != nil {
				return s, misused("%s %q: %w", m.flag, text, err)
			}
			if *m.to == nil {
				*m.to = map[string]string{}
			}
			(*m.to)[name] = value
		}
	}
	for _, text := range present(f.Credentials) {
		c, err := parseCredential(text)
		if err != nil {
			key, _, _ := strings.Cut(text, ":") // the secret is nobody's business
			return s, misused("--credential %q: %w", key+":...", err)
		}
		s.Credentials = append(s.Credentials, c)
	}
	if _, err := authorizers.NewCredentials(s.Credentials); err != nil {
		return s, misused("--credential: %w", err)
	}
	return s, nil
}

// present are the values that are not empty, as environment variables may have.
func present(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
}

// parseFunction reads NAME=[RUNTIME:]FILE[:HANDLER] or NAME=URL.
func parseFunction(text string) (f lambda.Function, err error) {
	name, rest, ok := strings.Cut(text, "=")
	if !ok || name == "" || rest == "" {
		return f, fmt.Errorf("write it as NAME=[RUNTIME:]FILE[:HANDLER]")
	}
	f.Name = name
	if runtime, file, ok := strings.Cut(rest, ":"); ok && isRuntime(runtime) {
		f.Runtime, rest = runtime, file
	}
	if f.Runtime == "" {
		f.Runtime = project.RuntimeOf(rest)
		// A handler hides the ending: index.js:handler.
		if file, _, ok := cutLast(rest, ":"); ok && f.Runtime == lambda.RuntimeProcess {
			f.Runtime = project.RuntimeOf(file)
		}
	}
	if f.Runtime == lambda.RuntimeEndpoint {
		f.Endpoint = rest
		return f, nil
	}
	if f.File = rest; f.Runtime != lambda.RuntimeStatic {
		if file, handler, ok := cutLast(rest, ":"); ok {
			f.File, f.Handler = file, handler
		}
	}
	return f, nil
}

func isRuntime(s string) bool {
	switch s {
	case lambda.RuntimeJavaScript, lambda.RuntimeNode, lambda.RuntimePython, lambda.RuntimeProcess, lambda.RuntimeEndpoint, lambda.RuntimeStatic:
		return true
	}
	return false
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// parseCredential reads KEY:SECRET[,name=value...].
func parseCredential(text string) (c authorizers.Credential, err error) {
	pair, rest, more := strings.Cut(text, ",")
	var ok bool
	if c.AccessKeyID, c.SecretAccessKey, ok = strings.Cut(pair, ":"); !ok || c.AccessKeyID == "" || c.SecretAccessKey == "" {
		return c, fmt.Errorf("write it as KEY:SECRET[,arn=ARN][,accountId=ID][,sessionToken=TOKEN][,policy=FILE]")
	}
	for more {
		pair, rest, more = strings.Cut(rest, ",")
		name, value, _ := strings.Cut(pair, "=")
		switch name {
		case "arn":
			c.ARN = value
		case "accountId":
			c.AccountID = value
		case "sessionToken":
			c.SessionToken = value
		case "policy":
			document, err := os.ReadFile(value)
			if err != nil {
				return c, err
			}
			c.Policies = append(c.Policies, string(document))
		default:
			hint := ""
			if near := project.Suggest(name, []string{"arn", "accountId", "sessionToken", "policy"}); near != "" {
				hint = fmt.Sprintf("; did you mean %q?", near)
			}
			return c, fmt.Errorf("%q is none of arn, accountId, sessionToken, policy%s", name, hint)
		}
	}
	return c, nil
}
