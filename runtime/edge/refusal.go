package edge

// Refusal is why a request was refused. Refusals are constants: compare by address.
type Refusal struct {
	Status  int
	Type    string // x-amzn-ErrorType
	Message string // what belongs into {"message":"..."}
}
