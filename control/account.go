package control

import (
	"strings"

	"sluice/api"
	"sluice/control/patch"
	"sluice/throttle"
)

// account is the account's settings in a region (service model: Account).
type account struct {
	CloudwatchRoleARN string           `json:"cloudwatchRoleArn,omitempty"`
	ThrottleSettings  ThrottleSettings `json:"throttleSettings"`
	Features          []string         `json:"features"`
	APIKeyVersion     string           `json:"apiKeyVersion"`
}

// ThrottleSettings are a bucket's size and how fast it fills.
type ThrottleSettings struct {
	BurstLimit int        `json:"burstLimit"`
	RateLimit  api.Double `json:"rateLimit"` // requests a second
}

func accountOperations() operations {
	return operations{"GetAccount": getAccount, "UpdateAccount": updateAccount}
}

func getAccount(c *call) (any, error) {
	var out *account
	err := c.view(func(t *tx) (err error) {
		out, err = c.readAccount(t)
		return err
	})
	return out, err
}

func updateAccount(c *call) (any, error) {
	var out *account
	err := c.update(func(t *tx) (err error) {
		if out, err = c.readAccount(t); err != nil {
			return err
		}
		if err := applyPatch(c, accountPatch(), out); err != nil {
			return err
		}
		return put(t, &accountRecord{CloudwatchRoleARN: out.CloudwatchRoleARN}, kindAccount)
	})
	return out, err
}

// accountRecord is what can be changed of an account.
type accountRecord struct {
	CloudwatchRoleARN string `json:"cloudwatchRoleArn,omitempty"`
}

// readAccount is the account with the limits that are enforced.
func (c *call) readAccount(t *tx) (*account, error) {
	r, err := get[accountRecord](t, kindAccount)
	if err != nil {
		return nil, err
	}
	out := &account{ThrottleSettings: accountLimit(t.served.account), Features: []string{"UsagePlans"}, APIKeyVersion: "4"}
	if r != nil {
		out.CloudwatchRoleARN = r.CloudwatchRoleARN
	}
	return out, nil
}

// accountLimit are the account's limits with the service's defaults for what is unset.
func accountLimit(t throttle.Throttle) ThrottleSettings {
	out := ThrottleSettings{RateLimit: throttle.DefaultAccountRate, BurstLimit: throttle.DefaultAccountBurst}
	if t.RateLimit != nil {
		out.RateLimit = api.Double(*t.RateLimit)
	}
	if t.BurstLimit != nil {
		out.BurstLimit = int(*t.BurstLimit)
	}
	return out
}

func accountPatch() *patch.Table[*account] {
	return patch.NewTable(patch.Listing,
		patch.Rule[*account]{Path: "/cloudwatchRoleArn", Ops: []string{patch.Replace}, Apply: func(a *account, o patch.Operation, _ []string) error {
			arn := o.Text()
			if arn != "" && !isRoleARN(arn) {
				return badRequest("The role ARN does not have required permissions configured. Please grant trust permission for API Gateway and add the required role policy.")
			}
			a.CloudwatchRoleARN = arn
			return nil
		}},
		patch.Rule[*account]{Path: "/features", Ops: []string{patch.Add, patch.Remove}, Apply: func(_ *account, o patch.Operation, _ []string) error {
			switch {
			case o.Text() != "UsagePlans":
				return badRequest("Invalid feature specified: %s", o.Text())
			case o.Op == patch.Remove:
				return badRequest("Usage Plans cannot be disabled once enabled")
			}
			return nil
		}},
	)
}

// isRoleARN tells whether s names an IAM role: arn:aws:iam::123456789012:role/name.
func isRoleARN(s string) bool {
	parts := strings.SplitN(s, ":", 6)
	return len(parts) == 6 && parts[0] == "arn" && parts[2] == "iam" && strings.HasPrefix(parts[5], "role/")
}

// checkRoom refuses one record more of a kind than an account may have in a region
// (aws-facts: limits, 1; the text is that of the service's other limits).
func checkRoom(t *tx, k kind, most int, what string) error {
	n, err := count(t, k)
	if err == nil && n >= most {
		err = accountFull(what)
	}
	return err
}

func accountFull(what string) error {
	return limitExceeded("Maximum number of %s for this account has been reached.  Please contact AWS if you need additional %s.", what, what)
}
