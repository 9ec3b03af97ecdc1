package authorizers

import (
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"sluice/authorizers/policy"
	"sluice/authorizers/sigv4"
	"sluice/mapping"
)

// Credential is an IAM caller's access key and who the caller is.
type Credential struct {
	AccessKeyID     string `yaml:"accessKeyId"`
	SecretAccessKey string `yaml:"secretAccessKey"`
	// SessionToken belongs to a temporary credential: the request must carry it.
	SessionToken string `yaml:"sessionToken"`
	// Expiration is when a temporary credential ends; zero for never.
	Expiration time.Time `yaml:"expiration"`
	// ARN is the caller: a user (arn:aws:iam::ACCOUNT:user/NAME), a role's session
	// (arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION), a federated user, or an
	// account's root (arn:aws:iam::ACCOUNT:root), which may do everything. The
	// default is the root of AccountID.
	ARN string `yaml:"arn"`
	// AccountID is the caller's account; the default is that of ARN, and without
	// both 000000000000.
	AccountID string `yaml:"accountId"`
	// UserID is the unique id: AIDA... of a user, AROA...:SESSION of a role's
	// session. The default is made of the ARN, the same each time.
	UserID string `yaml:"userId"`
	// Policies are identity policies, each the JSON text of a document. Without one
	// a caller that is no root may do what a resource policy allows.
	Policies []string `yaml:"policies"`
	// OrgID is aws:PrincipalOrgID, and $context.identity.principalOrgId.
	OrgID string `yaml:"orgId"`
	// Tags are aws:PrincipalTag/{key}.
	Tags map[string]string `yaml:"tags"`
	// The four values of an identity pool's credentials.
	CognitoIdentityID             string `yaml:"cognitoIdentityId"`
	CognitoIdentityPoolID         string `yaml:"cognitoIdentityPoolId"`
	CognitoAuthenticationType     string `yaml:"cognitoAuthenticationType"`
	CognitoAuthenticationProvider string `yaml:"cognitoAuthenticationProvider"`

	key       *sigv4.Key
	policies  []*policy.Policy
	principal principal
	tags      map[string]string // by lower-case condition key
}

// principal is what an ARN says of a caller.
type principal struct {
	kind     string // aws:PrincipalType
	arn      string // aws:PrincipalArn: of a session its role's
	username string // aws:username: of users only
	root     bool
}

// LoopbackCredential is the pair that clients of local services use: test/test of
// account 000000000000. It is for listeners on the loopback interface without
// configured credentials.
func LoopbackCredential() Credential {
	return Credential{AccessKeyID: "test", SecretAccessKey: "test", AccountID: "000000000000"}
}

// Credentials is a set of credentials by access key id. The zero value is empty.
// It is safe for concurrent use.
type Credentials struct {
	byKey atomic.Pointer[map[string]*Credential]
}

// NewCredentials compiles a set of credentials.
func NewCredentials(list []Credential) (*Credentials, error) {
	c := new(Credentials)
	return c, c.Replace(list)
}

// Replace swaps the whole set. After an error the set is as it was.
func (c *Credentials) Replace(list []Credential) error {
	byKey := make(map[string]*Credential, len(list))
	for i := range list {
		own := list[i]
		if err := own.compile(); err != nil {
			return fmt.Errorf("credentials[%d]: %w", i, err)
		}
		if byKey[own.AccessKeyID] != nil {
			return fmt.Errorf("credentials[%d]: the access key %q appears twice", i, own.AccessKeyID)
		}
		byKey[own.AccessKeyID] = &own
	}
	c.byKey.Store(&byKey)
	return nil
}

// Len is how many credentials there are.
func (c *Credentials) Len() int {
	if m := c.byKey.Load(); m != nil {
		return len(*m)
	}
	return 0
}

// find is the credential of an access key; nil for none.
func (c *Credentials) find(accessKeyID string) *Credential {
	if m := c.byKey.Load(); m != nil {
		return (*m)[accessKeyID]
	}
	return nil
}

func (c *Credential) compile() error {
	switch {
	case c.AccessKeyID == "" || strings.ContainsAny(c.AccessKeyID, "/, \t"):
		return fmt.Errorf("accessKeyId %q must have characters, and none of / , and blank", c.AccessKeyID)
	case c.SecretAccessKey == "":
		return errors.New("secretAccessKey is missing")
	}
	if c.ARN == "" {
		if c.AccountID == "" {
			c.AccountID = "000000000000"
		}
		c.ARN = "arn:aws:iam::" + c.AccountID + ":root"
	}
	parts := strings.SplitN(c.ARN, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[1] == "" || parts[3] != "" || !isAccount(parts[4]) {
		return fmt.Errorf("arn %q is not the ARN of a principal", c.ARN)
	}
	if c.AccountID == "" {
		c.AccountID = parts[4]
	}
	if c.AccountID != parts[4] {
		return fmt.Errorf("accountId %q is not that of the arn %q", c.AccountID, c.ARN)
	}
	if err := c.identify(parts); err != nil {
		return err
	}
	for i, text := range c.Policies {
		p, err := policy.Parse([]byte(text), policy.Options{Kind: policy.Identity})
		if err != nil {
			return fmt.Errorf("policies[%d]: %w", i, err)
		}
		c.policies = append(c.policies, p)
	}
	if len(c.Tags) > 0 {
		c.tags = make(map[string]string, len(c.Tags))
		for k, v := range c.Tags {
			c.tags[principalTag+strings.ToLower(k)] = v
		}
	}
	c.key = sigv4.NewKey(c.SecretAccessKey)
	return nil
}

// identify reads who the ARN's principal is; parts are the ARN's.
func (c *Credential) identify(parts []string) error {
	c.principal.arn = c.ARN
	kind, name, _ := strings.Cut(parts[5], "/")
	switch {
	case parts[2] == "iam" && parts[5] == "root":
		c.principal.kind, c.principal.root = "Account", true
		c.defaultID(parts[4])
	case parts[2] == "iam" && kind == "user" && name != "":
		c.principal.kind = "User"
		c.principal.username = name[strings.LastIndexByte(name, '/')+1:]
		c.defaultID("AIDA" + uniqueID(c.ARN))
	case parts[2] == "sts" && kind == "assumed-role":
		role, session, ok := strings.Cut(name, "/")
		if !ok || role == "" || session == "" {
			return fmt.Errorf("arn %q lacks a role or a session", c.ARN)
		}
		c.principal.kind = "AssumedRole"
		c.principal.arn = "arn:" + parts[1] + ":iam::" + parts[4] + ":role/" + role
		c.defaultID("AROA" + uniqueID(c.principal.arn) + ":" + session)
	case parts[2] == "sts" && kind == "federated-user" && name != "":
		c.principal.kind = "FederatedUser"
		c.defaultID(parts[4] + ":" + name)
	default:
		return fmt.Errorf("arn %q is neither a user, an assumed role, a federated user nor a root", c.ARN)
	}
	return nil
}

func (c *Credential) defaultID(id string) {
	if c.UserID == "" {
		c.UserID = id
	}
}

// uniqueID is the part of a unique id behind its prefix.
func uniqueID(arn string) string {
	sum := sha256.Sum256([]byte(arn))
	return base32.StdEncoding.EncodeToString(sum[:])[:17]
}

func isAccount(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) == 12
}

// allows is what the caller's identity policies say. An account's root may do
// everything in it.
func (c *Credential) allows(r *policy.Request) policy.Decision {
	decision := policy.Neither
	if c.principal.root {
		decision = policy.Allow
	}
	for _, p := range c.policies {
		switch p.Evaluate(r) {
		case policy.Deny:
			return policy.Deny
		case policy.Allow:
			decision = policy.Allow
		}
	}
	return decision
}

// appendVariable appends an identity.* variable.
func (c *Credential) appendVariable(dst []byte, id mapping.VariableID) ([]byte, bool) {
	switch id {
	case mapping.IdentityAccessKey:
		return text(dst, c.AccessKeyID)
	case mapping.IdentityAccountID:
		return text(dst, c.AccountID)
	case mapping.IdentityCaller, mapping.IdentityUser:
		return text(dst, c.UserID)
	case mapping.IdentityUserARN:
		return text(dst, c.ARN)
	case mapping.IdentityPrincipalOrgID:
		return text(dst, c.OrgID)
	case mapping.IdentityCognitoIdentityID:
		return text(dst, c.CognitoIdentityID)
	case mapping.IdentityCognitoIdentityPoolID:
		return text(dst, c.CognitoIdentityPoolID)
	case mapping.IdentityCognitoAuthenticationType:
		return text(dst, c.CognitoAuthenticationType)
	case mapping.IdentityCognitoAuthenticationProvider:
		return text(dst, c.CognitoAuthenticationProvider)
	}
	return dst, false
}

// principalTag begins the condition keys of a caller's tags.
const principalTag = "aws:principaltag/"

// conditionKey is the value of a condition key that tells of the caller.
func (c *Credential) conditionKey(key string) string {
	switch key {
	case "aws:principalarn":
		return c.principal.arn
	case "aws:principalaccount":
		return c.AccountID
	case "aws:principaltype":
		return c.principal.kind
	case "aws:principalorgid":
		return c.OrgID
	case "aws:userid":
		return c.UserID
	case "aws:username":
		return c.principal.username
	case "aws:multifactorauthpresent":
		// Temporary credentials have the key, those of a user do not.
		if c.SessionToken != "" {
			return "false"
		}
	}
	return c.tags[key]
}
