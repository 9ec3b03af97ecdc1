package mapping

// The bounds of templates and of what they make, in bytes unless
// said otherwise.
const (
	// MaxTemplate is the service's bound on the size of a mapping template.
	MaxTemplate = 300 << 10
	// MaxOutput is the most that one rendering or one mapped value may be: the
	// service's 10 MB of payload, with room for what a later step cuts.
	MaxOutput = 16 << 20
	// MaxMade is the most that all renderings with one Scope may have $input and
	// $util make: texts, parsed documents, lists that JSONPath collects.
	MaxMade = 128 << 20
	// MaxPathSteps is how many values all JSONPaths of one Scope may visit.
	MaxPathSteps = 32 << 20
	// MaxAccessLogFormat is the service's bound on the size of an access log format.
	MaxAccessLogFormat = 3 << 10
)
