package project

import (
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"sluice/api"
	"sluice/authorizers"
	"sluice/lambda"
)

// Surroundings are what APIs reach or know beyond their definitions. Paths are
// relative to the working directory.
type Surroundings struct {
	Functions   []lambda.Function
	Endpoints   map[string]string        // URLs by AWS service; "*" is for all others
	Credentials []authorizers.Credential // of callers
	KeySets     map[string]string        // URL or file by id of a user pool
	VPCLinks    map[string]string        // [scheme://]host[:port] by id of a link
}

// readSurroundings reads those parts of a project file, which fits the schema.
func (l *loader) readSurroundings(root *node, file string) {
	l.readFunctions(root.get("functions"), file)
	s := &l.project.Surroundings
	l.readTexts(root.get("endpoints"), "endpoint", &s.Endpoints, func(name string, v *node) (string, error) {
		l.checkService(name, v.at)
		return v.text, CheckEndpoint(v.text)
	})
	l.readTexts(root.get("vpcLinks"), "VPC link", &s.VPCLinks, func(_ string, v *node) (string, error) {
		return v.text, CheckLinkTarget(v.text)
	})
	l.readTexts(root.get("jwks"), "user pool", &s.KeySets, func(pool string, v *node) (string, error) {
		source := v.text
		if !isURL(source) {
			source = relativeTo(file, source)
		}
		l.needFile(source, v.at)
		return source, CheckPool(pool)
	})
	l.readCredentials(root.get("credentials"), file)
}

// readTexts adds the members of a map to one that all project files share.
func (l *loader) readTexts(n *node, what string, to *map[string]string, read func(key string, v *node) (string, error)) {
	if n == nil {
		return
	}
	for _, m := range n.members {
		text, err := read(m.key, m.value)
		if err != nil {
			l.problem(m.value.at, "%s %q: %s", what, m.key, err)
			continue
		}
		if *to == nil {
			*to = map[string]string{}
		}
		if old, ok := (*to)[m.key]; ok && old != text {
			l.problem(m.at, "%s %q is given by another file too", what, m.key)
			continue
		}
		(*to)[m.key] = text
	}
}

// CheckEndpoint tells what is wrong with the URL of an endpoint.
func CheckEndpoint(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return errors.New(`"` + text + `" is not an http or https URL of scheme, host and perhaps a path`)
	}
	return nil
}

// checkService warns of an endpoint that no integration may ever look for: its
// requests would go to the real service.
func (l *loader) checkService(name string, at api.Place) {
	plain := func(s string) string {
		return strings.NewReplacer("-", "_", ".", "_", " ", "_").Replace(strings.ToLower(s))
	}
	if name == "*" || l.options.Services == nil ||
		slices.ContainsFunc(l.options.Services, func(s string) bool { return plain(s) == plain(name) }) {
		return
	}
	text := "endpoint \"" + name + "\": no AWS service has this name"
	if near := Suggest(name, l.options.Services); near != "" {
		text += "; did you mean \"" + near + "\"?"
	}
	l.problems = append(l.problems, api.Problem{Place: at, Message: text, Warning: true})
}

// CheckLinkTarget tells what is wrong with where a VPC link leads.
func CheckLinkTarget(text string) error {
	full := text
	if !strings.Contains(full, "://") {
		full = "http://" + full
	}
	u, err := url.Parse(full)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return errors.New(`"` + text + `" is not of the form host, host:port or http(s)://host:port`)
	}
	return nil
}

// CheckPool tells what is wrong with the id of a user pool.
func CheckPool(id string) error {
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && c != '_' && c != '-' {
			return errors.New("the id of a user pool has letters, digits, _ and - only, such as eu-central-1_AbCdEfGhI")
		}
	}
	return nil
}

func isURL(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// needFile reports a file that is not there. It is noted only then: those who
// read it later look after its changes themselves.
func (l *loader) needFile(file string, at api.Place) {
	if isURL(file) {
		return
	}
	switch info, err := os.Stat(file); {
	case err == nil && info.IsDir():
		err = errors.New("is a directory, not a file")
		fallthrough
	case err != nil:
		l.note(file)
		l.problem(at, "%s: %s", file, describeFileError(err))
	}
}

func (l *loader) readCredentials(n *node, file string) {
	for _, item := range itemsOf(n) {
		c, ok := l.readCredential(item, file)
		if !ok {
			continue
		}
		// Each by itself, so that the problem has its place.
		if _, err := authorizers.NewCredentials([]authorizers.Credential{c}); err != nil {
			if inner := errors.Unwrap(err); inner != nil {
				err = inner
			}
			l.problem(item.at, "%s", err)
			continue
		}
		known := &l.project.Surroundings.Credentials
		if slices.ContainsFunc(*known, func(o authorizers.Credential) bool { return o.AccessKeyID == c.AccessKeyID }) {
			l.problem(item.get("accessKeyId").at, "the access key %q is given twice", c.AccessKeyID)
			continue
		}
		*known = append(*known, c)
	}
}

// readCredential reads one credential. Everything in it is text but the tags and
// the policies.
func (l *loader) readCredential(n *node, file string) (c authorizers.Credential, ok bool) {
	text := func(key string) string {
		if v := n.get(key); v != nil {
			return v.text
		}
		return ""
	}
	c = authorizers.Credential{
		AccessKeyID: text("accessKeyId"), SecretAccessKey: text("secretAccessKey"), SessionToken: text("sessionToken"),
		ARN: text("arn"), AccountID: text("accountId"), UserID: text("userId"), OrgID: text("orgId"),
		Tags:                          readVariables(n.get("tags")),
		CognitoIdentityID:             text("cognitoIdentityId"),
		CognitoIdentityPoolID:         text("cognitoIdentityPoolId"),
		CognitoAuthenticationType:     text("cognitoAuthenticationType"),
		CognitoAuthenticationProvider: text("cognitoAuthenticationProvider"),
	}
	if v := n.get("expiration"); v != nil {
		t, err := time.Parse(time.RFC3339, v.text)
		if err != nil {
			l.problem(v.at, "expiration %q is not a time such as 2030-12-31T23:59:59Z", v.text)
			return c, false
		}
		c.Expiration = t
	}
	for _, p := range itemsOf(n.get("policies")) {
		document, read := l.readPolicy(p, file)
		if !read {
			return c, false
		}
		c.Policies = append(c.Policies, document)
	}
	return c, true
}

// readPolicy reads a policy document: written out, or the path of a JSON file.
func (l *loader) readPolicy(n *node, file string) (string, bool) {
	if n.isMap {
		b, err := json.Marshal(n.plain())
		if err != nil {
			l.problem(n.at, "policy: %s", err)
		}
		return string(b), err == nil
	}
	src, ok := l.read(relativeTo(file, n.text), n.at)
	return string(src), ok
}

// overrule adds what the command line says; it wins over the files.
func (l *loader) overrule() {
	o, s := &l.options.Surroundings, &l.project.Surroundings
	for _, m := range []struct {
		to   *map[string]string
		from map[string]string
	}{{&s.Endpoints, o.Endpoints}, {&s.KeySets, o.KeySets}, {&s.VPCLinks, o.VPCLinks}} {
		if *m.to == nil {
			*m.to = map[string]string{}
		}
		maps.Copy(*m.to, m.from)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Endpoints)) {
		l.checkService(name, api.Place{})
	}
	for _, pool := range slices.Sorted(maps.Keys(o.KeySets)) {
		l.needFile(o.KeySets[pool], api.Place{File: o.KeySets[pool], Line: 1, Column: 1})
	}
	for _, f := range o.Functions {
		s.Functions = slices.DeleteFunc(s.Functions, func(other lambda.Function) bool { return other.Name == f.Name })
		if f.File != "" {
			l.needFile(f.File, api.Place{File: f.File, Line: 1, Column: 1})
		}
	}
	s.Functions = append(s.Functions, o.Functions...)
	for _, c := range o.Credentials {
		s.Credentials = slices.DeleteFunc(s.Credentials, func(other authorizers.Credential) bool { return other.AccessKeyID == c.AccessKeyID })
	}
	s.Credentials = append(s.Credentials, o.Credentials...)
}
