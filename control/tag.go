package control

import (
	"encoding/json"
	"maps"
	"strings"
	"unicode/utf8"
)

func tagOperations() operations {
	return operations{"GetTags": getTags, "TagResource": tagResource, "UntagResource": untagResource}
}

// Bounds of tags (service model; aws-facts: limits, 2).
const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// checkTags is what holds of the tags of every resource.
func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return badRequest("The number of tags exceeds the limit of %d", maxTags)
	}
	for key, value := range tags {
		switch n := utf8.RuneCountInString(key); {
		case n == 0 || n > maxTagKey:
			return badRequest("Invalid tag key. Tag keys must have between 1 and %d characters", maxTagKey)
		case utf8.RuneCountInString(value) > maxTagValue:
			return badRequest("Invalid tag value. Tag values can have at most %d characters", maxTagValue)
		case len(key) >= 4 && strings.EqualFold(key[:4], "aws:"):
			return badRequest("Invalid tag key. Tag keys cannot start with 'aws:' (case insensitive)")
		}
	}
	return nil
}

// taggable is the record of what has tags. It is read and written as it is, but for
// its tags: what it is belongs to another family.
type taggable struct {
	kind    kind
	parts   []string
	members map[string]json.RawMessage
	tags    map[string]string
}

// parseTagARN finds what an ARN names: arn:aws:apigateway:{region}::/restapis/{id}
// and its siblings (developer guide), with or without the account.
func (c *call) parseTagARN(arn string) (*taggable, error) {
	invalid := badRequest("Invalid ARN specified in the request")
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[1] != partition(c.region) || parts[2] != "apigateway" || parts[3] != c.region ||
		parts[4] != "" && parts[4] != c.account() {
		return nil, invalid
	}
	path, ok := strings.CutPrefix(parts[5], "/")
	if !ok {
		return nil, invalid
	}
	names := strings.Split(path, "/")
	switch {
	case names[0] == "domainnameaccessassociations" && len(names) > 1:
		return &taggable{kind: kindDomainAssociation, parts: []string{arn}}, nil
	case len(names) == 4 && names[0] == "restapis" && names[2] == "stages":
		return &taggable{kind: kindStage, parts: []string{names[1], names[3]}}, nil
	case len(names) != 2 || names[1] == "":
		return nil, invalid
	}
	switch names[0] {
	case "restapis":
		return &taggable{kind: kindAPI, parts: names[1:]}, nil
	case "apikeys":
		return &taggable{kind: kindAPIKey, parts: names[1:]}, nil
	case "usageplans":
		return &taggable{kind: kindUsagePlan, parts: names[1:]}, nil
	case "vpclinks":
		return &taggable{kind: kindVPCLink, parts: names[1:]}, nil
	case "clientcertificates":
		return &taggable{kind: kindClientCertificate, parts: names[1:]}, nil
	case "domainnames":
		name, id, _ := strings.Cut(names[1], "+") // the id is that of a private one
		return &taggable{kind: kindDomainName, parts: []string{name, id}}, nil
	}
	return nil, invalid
}

// absent is the error of what an ARN names and is not there.
func (r *taggable) absent(t *tx) error {
	switch r.kind {
	case kindAPI:
		return notFound("Invalid API identifier specified %s:%s", t.account, r.parts[0])
	case kindStage:
		return notFound("Invalid stage identifier specified")
	case kindAPIKey:
		return notFound("Invalid API Key identifier specified")
	case kindUsagePlan:
		return notFound("Invalid Usage Plan ID specified")
	case kindVPCLink:
		return notFound("Invalid Vpc Link identifier specified")
	case kindClientCertificate:
		return notFound("Invalid Client Certificate identifier specified")
	case kindDomainName:
		return notFound("Invalid domain name identifier specified")
	}
	return notFound("Invalid ARN specified in the request")
}

// readTaggable reads what the ARN of the path names.
func (c *call) readTaggable(t *tx) (*taggable, error) {
	r, err := c.parseTagARN(c.path["resource_arn"])
	if err != nil {
		return nil, err
	}
	members, err := get[map[string]json.RawMessage](t, r.kind, r.parts...)
	if err != nil {
		return nil, err
	}
	if members == nil {
		return nil, r.absent(t)
	}
	if r.kind == kindVPCLink { // what is kept of a deleted one is not there
		if _, err := requireVPCLink(c, t, r.parts[0]); err != nil {
			return nil, err
		}
	}
	r.members, r.tags = *members, map[string]string{}
	if text := r.members["tags"]; text != nil {
		if err := json.Unmarshal(text, &r.tags); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// changeTags has fn change the tags of what the ARN names, and stores them.
func (c *call) changeTags(fn func(map[string]string) error) error {
	return c.update(func(t *tx) error {
		r, err := c.readTaggable(t)
		if err != nil {
			return err
		}
		if err := fn(r.tags); err != nil {
			return err
		}
		delete(r.members, "tags")
		if len(r.tags) > 0 {
			if r.members["tags"], err = json.Marshal(r.tags); err != nil {
				return err
			}
		}
		return put(t, r.members, r.kind, r.parts...)
	})
}

// getTags answers all tags at once; limit and position have no effect, as the service
// model says of them.
func getTags(c *call) (any, error) {
	out := struct {
		Tags map[string]string `json:"tags"`
	}{}
	err := c.view(func(t *tx) error {
		r, err := c.readTaggable(t)
		if err == nil {
			out.Tags = r.tags
		}
		return err
	})
	return out, err
}

func tagResource(c *call) (any, error) {
	in, err := decode[struct {
		Tags map[string]string `json:"tags"`
	}](c)
	if err != nil {
		return nil, err
	}
	return nil, c.changeTags(func(tags map[string]string) error {
		if err := checkTags(in.Tags); err != nil {
			return err
		}
		maps.Copy(tags, in.Tags)
		return checkTags(tags)
	})
}

func untagResource(c *call) (any, error) {
	return nil, c.changeTags(func(tags map[string]string) error {
		for _, key := range c.query["tagKeys"] {
			delete(tags, key)
		}
		return nil
	})
}
