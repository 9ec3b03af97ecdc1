package runtime

// headerID names a header that the gateway treats specially. Everything else is
// otherHeader.
type headerID uint8

const (
	otherHeader headerID = iota
	hdrAccept
	hdrAuthorization
	hdrConnection
	hdrContentEncoding
	hdrContentLength
	hdrContentMD5
	hdrContentType
	hdrDate
	hdrExpect
	hdrHost
	hdrKeepAlive
	hdrMaxForwards
	hdrMethodOverride
	hdrProxyAuthenticate
	hdrProxyConnection
	hdrServer
	hdrTE
	hdrTrailer
	hdrTransferEncoding
	hdrUpgrade
	hdrUserAgent
	hdrVia
	hdrWWWAuthenticate
	hdrAmznAPIID
	hdrAmznErrorType
	hdrAmznRequestID
	hdrAmznTraceID
	hdrAPIGatewayID
	hdrForwardedFor
	hdrForwardedPort
	hdrForwardedProto
	headerCount
)

// headerSet is a set of special headers.
type headerSet uint64

func (s *headerSet) add(id headerID)     { *s |= 1 << id }
func (s headerSet) has(id headerID) bool { return s&(1<<id) != 0 }

// disposition is what becomes of a header.
type disposition uint8

const (
	pass  disposition = iota // sent as it is
	drop                     // left out
	remap                    // sent as x-amzn-Remapped-{Name}
	fail                     // breaks the request: 500
)

// headerRule is one row of aws-facts/data-plane.md section 4, the recorded facts
// before the documented table.
type headerRule struct {
	name            string
	entry           disposition // when the client's request enters, for any use
	proxyRequest    disposition // client -> HTTP_PROXY backend, unmapped
	mappedRequest   disposition // mapping -> HTTP(_PROXY) backend
	awsRequest      disposition // mapping -> AWS(_PROXY) backend
	mappedResponse  disposition // mapping -> client
	proxiedResponse disposition // HTTP_PROXY backend or proxy function -> client
}

// headerRules is the one table of special headers. The request and response
// columns that the facts leave open follow RFC 9110 section 7.6.1 (hop-by-hop).
var headerRules = [headerCount]headerRule{
	hdrAccept:            {name: "Accept"},
	hdrAuthorization:     {name: "Authorization", awsRequest: fail, mappedResponse: remap, proxiedResponse: remap},
	hdrConnection:        {name: "Connection", entry: drop, mappedRequest: drop, awsRequest: fail, mappedResponse: remap, proxiedResponse: remap},
	hdrContentEncoding:   {name: "Content-Encoding", proxyRequest: drop},
	hdrContentLength:     {name: "Content-Length", entry: drop, mappedRequest: fail, awsRequest: fail, mappedResponse: remap, proxiedResponse: remap},
	hdrContentMD5:        {name: "Content-MD5", entry: drop, mappedResponse: remap, proxiedResponse: remap},
	hdrContentType:       {name: "Content-Type"},
	hdrDate:              {name: "Date", mappedResponse: remap, proxiedResponse: remap},
	hdrExpect:            {name: "Expect", entry: drop, mappedRequest: drop, awsRequest: fail, mappedResponse: remap, proxiedResponse: remap},
	hdrHost:              {name: "Host", proxyRequest: drop, mappedResponse: remap, proxiedResponse: remap},
	hdrKeepAlive:         {name: "Keep-Alive", proxyRequest: drop, mappedRequest: drop, mappedResponse: drop, proxiedResponse: drop},
	hdrMaxForwards:       {name: "Max-Forwards", entry: drop, mappedResponse: remap, proxiedResponse: remap},
	hdrMethodOverride:    {name: "X-HTTP-Method-Override", proxyRequest: drop},
	hdrProxyAuthenticate: {name: "Proxy-Authenticate", entry: drop, mappedRequest: drop, awsRequest: fail, mappedResponse: remap, proxiedResponse: remap},
	hdrProxyConnection:   {name: "Proxy-Connection", proxyRequest: drop, mappedRequest: drop, mappedResponse: drop, proxiedResponse: drop},
	hdrServer:            {name: "Server", entry: drop, mappedResponse: remap, proxiedResponse: remap},
	hdrTE:                {name: "TE", entry: drop, mappedRequest: drop, awsRequest: fail},
	hdrTrailer:           {name: "Trailer", entry: drop, mappedResponse: remap, proxiedResponse: remap},
	hdrTransferEncoding:  {name: "Transfer-Encoding", entry: drop, mappedRequest: fail, awsRequest: fail, mappedResponse: drop, proxiedResponse: drop},
	hdrUpgrade:           {name: "Upgrade", entry: drop, mappedResponse: remap, proxiedResponse: remap},
	hdrUserAgent:         {name: "User-Agent", mappedResponse: remap, proxiedResponse: remap},
	hdrVia:               {name: "Via", proxyRequest: drop, mappedRequest: drop, proxiedResponse: drop},
	hdrWWWAuthenticate:   {name: "WWW-Authenticate", entry: drop, mappedResponse: remap, proxiedResponse: remap},
	hdrAmznAPIID:         {name: "X-Amzn-Apigateway-Api-Id", proxyRequest: drop, mappedRequest: fail, awsRequest: fail},
	hdrAmznErrorType:     {name: "x-amzn-ErrorType"},
	hdrAmznRequestID:     {name: "x-amzn-RequestId", mappedResponse: remap, proxiedResponse: remap},
	hdrAmznTraceID:       {name: "X-Amzn-Trace-Id", proxyRequest: drop, mappedRequest: fail, awsRequest: fail},
	hdrAPIGatewayID:      {name: "x-amz-apigw-id", mappedResponse: remap, proxiedResponse: remap},
	hdrForwardedFor:      {name: "X-Forwarded-For", proxyRequest: drop},
	hdrForwardedPort:     {name: "X-Forwarded-Port", proxyRequest: drop},
	hdrForwardedProto:    {name: "X-Forwarded-Proto", proxyRequest: drop},
}

const remappedPrefix = "x-amzn-Remapped-"

// identifyHeader finds a header's id, whatever the case of its letters. The
// length and a letter or two leave one candidate at most, so that a header costs
// one comparison.
func identifyHeader(name string) headerID {
	candidate := otherHeader
	switch len(name) {
	case 2:
		candidate = hdrTE
	case 3:
		candidate = hdrVia
	case 4:
		if candidate = hdrHost; name[0]|0x20 == 'd' {
			candidate = hdrDate
		}
	case 6:
		switch name[0] | 0x20 {
		case 'a':
			candidate = hdrAccept
		case 's':
			candidate = hdrServer
		case 'e':
			candidate = hdrExpect
		}
	case 7:
		if candidate = hdrTrailer; name[0]|0x20 == 'u' {
			candidate = hdrUpgrade
		}
	case 10:
		switch name[0] | 0x20 {
		case 'c':
			candidate = hdrConnection
		case 'u':
			candidate = hdrUserAgent
		case 'k':
			candidate = hdrKeepAlive
		}
	case 11:
		candidate = hdrContentMD5
	case 12:
		if candidate = hdrContentType; name[0]|0x20 == 'm' {
			candidate = hdrMaxForwards
		}
	case 13:
		candidate = hdrAuthorization
	case 14:
		if candidate = hdrContentLength; name[0]|0x20 == 'x' {
			candidate = hdrAPIGatewayID
		}
	case 15:
		if candidate = hdrForwardedFor; name[2]|0x20 == 'a' {
			candidate = hdrAmznTraceID
		}
	case 16:
		switch name[0] | 0x20 {
		case 'c':
			candidate = hdrContentEncoding
		case 'w':
			candidate = hdrWWWAuthenticate
		case 'p':
			candidate = hdrProxyConnection
		case 'x':
			switch name[7] | 0x20 {
			case 'r':
				if candidate = hdrForwardedPort; name[2]|0x20 == 'a' {
					candidate = hdrAmznRequestID
				}
			case 'e':
				candidate = hdrAmznErrorType
			}
		}
	case 17:
		if candidate = hdrTransferEncoding; name[0]|0x20 == 'x' {
			candidate = hdrForwardedProto
		}
	case 18:
		candidate = hdrProxyAuthenticate
	case 22:
		candidate = hdrMethodOverride
	case 24:
		candidate = hdrAmznAPIID
	}
	if candidate != otherHeader && equalFold(name, headerRules[candidate].name) {
		return candidate
	}
	return otherHeader
}

// equalFold compares header names of equal length without regard to ASCII case.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z' {
			return false
		}
	}
	return true
}

// validHeaderName tells whether name is a token of RFC 9110.
func validHeaderName(name string) bool {
	if name == "" {
		return false
	}
	for i := 0; i < len(name); i++ {
		if !tokenChars[name[i]] {
			return false
		}
	}
	return true
}

var tokenChars = func() (t [256]bool) {
	for c := '0'; c <= '9'; c++ {
		t[c] = true
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = true, true
	}
	for _, c := range "!#$%&'*+-.^_`|~" {
		t[c] = true
	}
	return t
}()

// validHeaderValue tells whether v can be sent as a header value: no control
// characters but the tab, so that no mapped value can split a message.
func validHeaderValue(v string) bool {
	for i := 0; i < len(v); i++ {
		if c := v[i]; c < 0x20 && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
