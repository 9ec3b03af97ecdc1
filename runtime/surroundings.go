package runtime

import (
	"sluice/lambda"
	"sluice/runtime/awsservice"
)

// Surroundings are what stages are compiled against beside their definitions, as
// far as it may change while a Gateway runs.
type Surroundings struct {
	VPCLinks       map[string]string // as in Options
	Endpoints      map[string]string // URLs of AWS services, as in awsservice.Options
	KeySets        map[string]string // sources of key sets, as in userpool.Options
	KeySetEndpoint string            // as in userpool.Options
	// Serves tells whether there is anything behind a function's name; stages that
	// call others compile with a warning. nil: there is.
	Serves func(lambda.Reference) bool
}

// surroundings are those that the next stage is compiled against.
type surroundings struct {
	vpcLinks map[string]string
	services *awsservice.Services
	serves   func(lambda.Reference) bool
}

// Surround replaces the surroundings. Stages that were compiled before keep the
// ones they were compiled against. After an error everything is as it was.
func (g *Gateway) Surround(s Surroundings) error {
	services, err := g.services.At(s.Endpoints)
	if err != nil {
		return err
	}
	g.guard.SetKeySets(s.KeySets, s.KeySetEndpoint)
	g.around.Store(&surroundings{vpcLinks: s.VPCLinks, services: services, serves: s.Serves})
	return nil
}

// callable warns of a function that nothing is known behind.
func (c *compiler) callable(ref lambda.Reference, part []string, subject string) {
	if serves := c.around.serves; serves != nil && !serves(ref) {
		c.warn(part, subject, "function "+ref.Name+" is not configured and there is no Invoke endpoint: every request that calls it fails with 500")
	}
}
