package throttle

// Outcome is what the metering of a request comes to.
type Outcome uint8

// The outcomes, with the gateway responses that they lead to.
const (
	Allowed       Outcome = iota
	InvalidKey            // INVALID_API_KEY: missing, unknown, disabled, or in no plan of the stage
	Throttled             // THROTTLED
	QuotaExceeded         // QUOTA_EXCEEDED
)

// Level is the limit that refused a request.
type Level uint8

// The levels, in the order in which they are asked.
const (
	NoLevel Level = iota
	PlanMethodLevel
	PlanLevel
	MethodLevel // of the stage
	AccountLevel
	QuotaLevel
)

// Unlimited is what remains of a quota where there is none.
const Unlimited = -1

// Verdict is the answer to one request.
type Verdict struct {
	Outcome   Outcome
	Level     Level  // which limit refused; NoLevel for Allowed and InvalidKey
	KeyID     string // "" for InvalidKey and for methods that require no key
	PlanID    string // likewise
	Remaining int64  // requests left in the quota's period; Unlimited without a quota
}

// String is the name of the outcome.
func (o Outcome) String() string {
	return [...]string{Allowed: "Allowed", InvalidKey: "InvalidKey", Throttled: "Throttled", QuotaExceeded: "QuotaExceeded"}[o]
}

// String is the name of the level.
func (l Level) String() string {
	return [...]string{
		NoLevel: "none", PlanMethodLevel: "plan method", PlanLevel: "plan",
		MethodLevel: "method", AccountLevel: "account", QuotaLevel: "quota",
	}[l]
}
