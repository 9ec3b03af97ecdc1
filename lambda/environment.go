package lambda

import "strconv"

// Variables are the environment variables that the runtime gives to a function,
// before the configured ones.
func (f *Function) Variables(e Entry, region string) map[string]string {
	ref, _ := ParseReference(f.Name)
	version := ref.Qualifier
	if version == "" {
		version = Latest
	}
	vars := map[string]string{
		"AWS_LAMBDA_FUNCTION_NAME":        ref.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     version,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(f.MemorySetting()),
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + ref.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      "sluice",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"LAMBDA_TASK_ROOT":                e.Root,
		"AWS_REGION":                      region,
		"AWS_DEFAULT_REGION":              region,
		"TZ":                              ":UTC",
	}
	for key, value := range f.Environment {
		vars[key] = value
	}
	return vars
}
