package runtime

// Domain is a custom domain name and where its base paths lead.
type Domain struct {
	// Name is compared with the Host of requests without regard to case. "*.example.com"
	// stands for every name with one label more.
	Name     string
	Mappings []Mapping
}

// Mapping leads a base path of a domain to an API.
type Mapping struct {
	BasePath string // "" or "(none)": whatever no other mapping matches; may have several segments
	APIID    string
	Stage    string // "": the path segment that follows the base path names it
}

// SetDomains replaces the custom domains. Of two domains with one name, and of two
// mappings with one base path, the last counts.
func (g *Gateway) SetDomains(list []Domain) {
}
