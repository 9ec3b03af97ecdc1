package sdk

// Type is a kind of SDK (service model: SdkType).
type Type struct {
	ID                      string     `json:"id"`
	FriendlyName            string     `json:"friendlyName"`
	Description             string     `json:"description,omitempty"`
	ConfigurationProperties []Property `json:"configurationProperties"`
}

// Property is a parameter of a kind of SDK (service model:
// SdkConfigurationProperty).
type Property struct {
	Name         string `json:"name"`
	FriendlyName string `json:"friendlyName"`
	Description  string `json:"description,omitempty"`
	Required     bool   `json:"required"`
	DefaultValue string `json:"defaultValue,omitempty"`

	other string // the name that the service model's documentation has for it
}

// JavaScript is the id of the type that is generated.
const JavaScript = "javascript"

// Types are all that the service has, by id. Names and descriptions are those
// that its developer portal sample shows.
func Types() []Type {
	prefix := []Property{{Name: "classPrefix", FriendlyName: "Prefix", Required: true}}
	return []Type{
		{ID: "android", FriendlyName: "Android", ConfigurationProperties: []Property{
			{Name: "groupId", FriendlyName: "Group ID", Required: true},
			{Name: "invokerPackage", FriendlyName: "Invoker package", Required: true},
			{Name: "artifactId", FriendlyName: "Artifact ID", Required: true},
			{Name: "artifactVersion", FriendlyName: "Artifact version", Required: true},
		}},
		{ID: "java", FriendlyName: "Java", Description: "Java SDK generator for API Gateway APIs", ConfigurationProperties: []Property{
			{
				Name: "service.name", other: "serviceName", FriendlyName: "Service Name", Required: true,
				Description: "Name of the service which is used to derive the Java interface name for your client",
			},
			{
				Name: "java.package-name", other: "javaPackageName", FriendlyName: "Java Package Name", Required: true,
				Description: "Name of the Java package your code will be generated under",
			},
			{
				Name: "java.build-system", FriendlyName: "Java Build System",
				Description: "Build system to setup for project; Currently supported: maven, gradle",
			},
			{
				Name: "java.group-id", FriendlyName: "Java Group Id",
				Description: "Group id for your Maven or Gradle project. Defaults to package name",
			},
			{
				Name: "java.artifact-id", FriendlyName: "Java Artifact Id",
				Description: "Artifact Id for your Maven project or project name for your Gradle project. Defaults to service name",
			},
			{
				Name: "java.artifact-version", FriendlyName: "Java Artifact Version",
				Description: "Version of your Maven or Gradle project. Defaults to 1.0-SNAPSHOT",
			},
			{
				Name: "java.license-text", FriendlyName: "Source Code License Text",
				Description: "Customer provided license to inject into source file headers",
			},
		}},
		{ID: JavaScript, FriendlyName: "JavaScript", ConfigurationProperties: []Property{}},
		{ID: "objectivec", FriendlyName: "iOS (Objective-C)", ConfigurationProperties: prefix},
		{ID: "ruby", FriendlyName: "Ruby", Description: "Ruby SDK generator for API Gateway APIs", ConfigurationProperties: []Property{
			{
				Name: "service.name", other: "serviceName", FriendlyName: "Service Name", Required: true,
				Description: "Name of the service which is used to derive the name for your client",
			},
			{
				Name: "ruby.gem-name", FriendlyName: "Ruby Gem Name",
				Description: "Name of the Ruby gem your code will be generated under",
			},
			{
				Name: "ruby.gem-version", FriendlyName: "Ruby Gem Version",
				Description: "Version number for your service gem. Defaults to 1.0.0",
			},
		}},
		{ID: "swift", FriendlyName: "iOS (Swift)", ConfigurationProperties: prefix},
	}
}

// Find returns the type with an id.
func Find(id string) (Type, bool) {
	for _, t := range Types() {
		if t.ID == id {
			return t, true
		}
	}
	return Type{}, false
}

// missing is the first required property that has no value; "" if none.
func (t Type) missing(parameters map[string]string) string {
	for _, p := range t.ConfigurationProperties {
		if p.Required && parameters[p.Name] == "" && (p.other == "" || parameters[p.other] == "") {
			return p.Name
		}
	}
	return ""
}
