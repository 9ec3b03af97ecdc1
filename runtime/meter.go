package runtime

// meter asks for the API key (step 5). Keys cannot be configured yet, so no key
// is known and a method that requires one refuses every request.
func (x *exchange) meter() *fault {
	if x.method.keyRequired {
		return faultInvalidAPIKey
	}
	return nil
}
