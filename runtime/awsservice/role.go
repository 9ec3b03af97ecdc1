package awsservice

import (
	"context"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"sluice/mapping"
	"sluice/runtime/backend"
)

// roleSession is the session name that the service's CloudTrail entries show.
const roleSession = "BackplaneAssumeRoleSession"

// maxRoles bounds the roles whose credentials are shared between calls. A role
// beyond it works, but each of its calls assumes it for itself.
const maxRoles = 1024

type roleKey struct{ arn, region string }

// role is the source of a role's credentials: STS in the URI's region, when it
// can be asked, else the chain.
func (s *Services) role(t *Target, arn string) (*source, error) {
	sts := &Target{Partition: t.Partition, Region: t.Region, Service: "sts"}
	sv := s.tables.services["sts"]
	_, from, err := s.configuredEndpoint(sv)
	if err != nil {
		return nil, err
	}
	if from == "" && !s.assumeRoles {
		return s.chain, nil
	}
	key := roleKey{arn, t.Region}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.roles[key]; known != nil {
		return known, nil
	}
	call, err := s.Compile("arn:"+sts.Partition+":apigateway:"+sts.Region+":sts:path/", "POST", "")
	if err != nil {
		return nil, err
	}
	out := s.newSource(arn, func(ctx context.Context) (Credentials, error) { return call.assumeRole(ctx, arn) })
	out.text = "API Gateway does not have permission to assume the provided role " + arn
	if len(s.roles) < maxRoles {
		s.roles[key] = out
	}
	return out, nil
}

// assumeRole calls STS.
func (c *Call) assumeRole(ctx context.Context, arn string) (Credentials, error) {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(fetchTimeout)
	}
	body := []byte("Action=AssumeRole&Version=2011-06-15&RoleSessionName=" + roleSession + "&RoleArn=")
	req := backend.Request{
		Header: []mapping.Pair{{Name: "Accept", Value: "application/xml"}, {Name: "Content-Type", Value: "application/x-www-form-urlencoded"}},
		Body:   appendEscaped(body, arn),
	}
	params := Params{UserAgent: "AmazonAPIGateway", Deadline: deadline}
	if err := c.Build(&req, &params); err != nil {
		return Credentials{}, err
	}
	var resp backend.Response
	if err := c.endpoint.Do(&req, &resp, deadline); err != nil {
		return Credentials{}, err
	}
	if resp.StatusCode != 200 {
		return Credentials{}, stsFailure(&resp)
	}
	var answer struct {
		Credentials struct {
			AccessKeyId     string
			SecretAccessKey string
			SessionToken    string
			Expiration      time.Time
		} `xml:"AssumeRoleResult>Credentials"`
	}
	if err := xml.Unmarshal(resp.Body, &answer); err != nil {
		return Credentials{}, fmt.Errorf("answer of AssumeRole: %w", err)
	}
	a := &answer.Credentials
	return Credentials{AccessKeyID: a.AccessKeyId, SecretAccessKey: a.SecretAccessKey, SessionToken: a.SessionToken, Expires: a.Expiration}, nil
}

// stsFailure is what an answer says went wrong.
func stsFailure(resp *backend.Response) error {
	var answer struct {
		Code    string `xml:"Error>Code"`
		Message string `xml:"Error>Message"`
	}
	if err := xml.Unmarshal(resp.Body, &answer); err != nil || answer.Code == "" {
		return fmt.Errorf("AssumeRole was answered with status %d", resp.StatusCode)
	}
	return fmt.Errorf("AssumeRole was answered with status %d: %s: %s", resp.StatusCode, answer.Code, strings.TrimSpace(answer.Message))
}
