package awsservice

import (
	"context"
	"encoding/xml"
	"errors"
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
	a, err := s.configuredEndpoint(s.tables.services["sts"])
	if err != nil {
		return nil, err
	}
	if !a.configured && !s.assumeRoles {
		return s.chain, nil
	}
	key := roleKey{arn, t.Region}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.roles[key]; known != nil {
		return known, nil
	}
	call, err := s.Compile("arn:"+t.Partition+":apigateway:"+t.Region+":sts:path/", "POST", "")
	if err != nil {
		return nil, err
	}
	out := s.newSource(arn, func(ctx context.Context) (Credentials, error) {
		c, err := call.assumeRole(ctx, arn)
		if a.general && errors.Is(err, errNotSTS) {
			s.log.Info("the endpoint of all AWS services has no STS: the role is not assumed", "role", arn, "error", err)
			return s.chainInstead()
		}
		return c, err
	})
	out.text = "API Gateway does not have permission to assume the provided role " + arn
	if len(s.roles) < maxRoles {
		s.roles[key] = out
	}
	return out, nil
}

// errNotSTS tells that what was asked for a role does not speak STS. A single
// local service often stands in for all of them.
var errNotSTS = errors.New("no STS")

// chainInstead are the chain's credentials in the place of a role's. STS is asked
// again after a while.
func (s *Services) chainInstead() (Credentials, error) {
	now := time.Now()
	c, err := s.chain.get(now, time.Time{})
	if err != nil {
		return Credentials{}, err
	}
	out := *c
	if again := now.Add(4 * refreshBefore); out.Expires.IsZero() || out.Expires.After(again) {
		out.Expires = again
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
	if err := xml.Unmarshal(resp.Body, &answer); err != nil || answer.Credentials.AccessKeyId == "" {
		return Credentials{}, fmt.Errorf("%w: the answer has no credentials (%v)", errNotSTS, err)
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
	err := xml.Unmarshal(resp.Body, &answer)
	text := fmt.Sprintf("AssumeRole was answered with status %d", resp.StatusCode)
	if err == nil && answer.Code != "" {
		text += ": " + answer.Code + ": " + strings.TrimSpace(answer.Message)
	}
	switch {
	case answer.Code == "InvalidAction", answer.Code == "UnknownOperationException", answer.Code == "NotImplemented",
		answer.Code == "" && resp.StatusCode != 401 && resp.StatusCode != 403 && (resp.StatusCode < 500 || resp.StatusCode == 501):
		return fmt.Errorf("%w: %s", errNotSTS, text)
	}
	return errors.New(text)
}
