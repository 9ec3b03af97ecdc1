package mapping

import (
	"testing"

	"sluice/mapping/vtl/value"
)

// silentSource has no variable and no authorizer.
type silentSource struct{}

func (silentSource) AppendVariable(dst []byte, _ Variable) ([]byte, bool) { return dst, false }
func (silentSource) Authorizer() *value.Map                               { return nil }

func TestContext(t *testing.T) {
	claims := value.NewMap(2)
	claims.Put("sub", value.Of("s-1"))
	claims.Put("cognito:username", value.Of("bob"))
	authorizer := value.NewMap(3)
	authorizer.Put("principalId", value.Of("p"))
	authorizer.Put("flag", value.Of("true"))
	authorizer.Put("claims", value.OfMap(claims))
	for _, c := range []struct{ source, want, bare string }{
		{"$context.requestId ${context.stage} $!context.path", "<requestId> <stage> <path>", "  "},
		{"$context.identity.sourceIp", "<identity.sourceIp>", ""},
		{"$context.identity.clientCert.validity.notBefore", "<identity.clientCert.validity.notBefore>", ""},
		{"$context.get('apiId') $context['apiId'] $context.identity.get('user')", "<apiId> <apiId> <identity.user>", "  "},
		{"[$context.nope][$context.identity.nope][$context.status][$context.error.message]", "[][][][]", "[][][][]"},
		{"[$context.wafResponseCode]", "[]", "[]"},
		{"[$context][$context.identity][$context.get('identity')][$context.requestOverride][$context.responseOverride.header]", "[][][][][]", "[][][][][]"},
		{"[$context.authorizer]$context.authorizer.principalId $context.authorizer.flag $context.authorizer.claims.sub $context.authorizer.claims['cognito:username'] [$context.authorizer.claims]", "[]p true s-1 bob []", "[]    []"},
		{"#foreach($k in $context.authorizer.keySet())$k,#end", "principalId,flag,claims,", ""},
		{"#foreach($k in $context.requestOverride.keySet())$k,#end", "path,header,querystring,", "path,header,querystring,"},
		{"#foreach($k in $context.responseOverride.keySet())$k,#end", "header,", "header,"},
		{
			"#foreach($k in $context.identity.keySet())$k,#end",
			"cognitoIdentityPoolId,accountId,cognitoIdentityId,caller,sourceIp,principalOrgId,accessKey,cognitoAuthenticationType,cognitoAuthenticationProvider,userArn,userAgent,user,apiKey,apiKeyId,vpcId,vpceId,clientCert,",
			"cognitoIdentityPoolId,accountId,cognitoIdentityId,caller,sourceIp,principalOrgId,accessKey,cognitoAuthenticationType,cognitoAuthenticationProvider,userArn,userAgent,user,",
		},
		{
			"#foreach($k in $context.keySet())$k,#end",
			"resourceId,resourcePath,httpMethod,extendedRequestId,requestTime,path,accountId,protocol,requestOverride,stage,domainPrefix,requestTimeEpoch,requestId,identity,domainName,deploymentId,responseOverride,apiId,awsEndpointRequestId,isCanaryRequest,webaclArn,authorizer,",
			"resourceId,resourcePath,httpMethod,extendedRequestId,requestTime,path,accountId,protocol,requestOverride,stage,domainPrefix,requestTimeEpoch,requestId,identity,domainName,deploymentId,responseOverride,apiId,",
		},
		{"$context.containsKey('stage') $context.identity.size()", "true 17", "true 12"},
		{"#foreach($e in $context.identity.entrySet())#if($e.key == 'user')$e.value#end#end", "<identity.user>", ""},
		{"#set($context.stage = 'x')$context.stage", "<stage>", ""},
		{"#set($context.responseOverride.custom = 'c')$context.responseOverride.custom", "c", "c"},
		{"#set($n = 'a')#set($context.requestOverride.querystring[$n] = 'b')$context.requestOverride.querystring.a", "b", "b"},
		{"#if($context.authorizer.claims.sub == 's-1')T#{else}F#end", "T", "F"},
	} {
		s := fullScope("")
		s.Context = named{authorizer}
		if got := render(t, c.source, s); got != c.want {
			t.Errorf("%s\n prints %q\n want   %q", c.source, got, c.want)
		}
		s = fullScope("")
		s.Context = silentSource{}
		if got := render(t, c.source, s); got != c.bare {
			t.Errorf("%s without values\n prints %q\n want   %q", c.source, got, c.bare)
		}
	}
	if got := render(t, "[$context.requestId][$context.authorizer.x][$stageVariables.y][$input.params('z')][$input.body]", &Scope{}); got != "[][][][][{}]" {
		t.Errorf("the zero Scope prints %q", got)
	}
}

func TestInput(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"$input.params('id') $input.params('q') $input.params('X-Two') [$input.params('x-two')][$input.params('nope')]", "a%2Fb 2 b,c [][]"},
		{"$input.params().header.get('X-One') $input.params().querystring.q $input.params().path.id $input.params().keySet()", "1 2 a%2Fb [path, querystring, header]"},
		{"#foreach($k in $input.params().keySet())$k:#foreach($p in $input.params().get($k).keySet())$p;#end#end", "path:id;querystring:q;empty;header:X-One;X-Two;Accept;"},
		{"$input.json('$') $input.json('$.nope') $input.json('$.n')", `{"a":[{"b":"x/y"}],"n":null} "" null`},
		{"$input.path('$.a') $input.path('$.a[0]') [$input.path('$.nope')][$input.path('$.n')]", `[{"b":"x\/y"}] {b=x/y} [][]`},
		{"[$input.body.anything][$input.nope][$input.nope()]", "[][][]"},
		{"#set($p = '$.a[0]')$input.path(\"${p}.b\") $input.json(\"${p}.b\")", `x/y "x/y"`},
	} {
		if got := render(t, c.source, fullScope(`{"a":[{"b":"x/y"}],"n":null}`)); got != c.want {
			t.Errorf("%s\n prints %q\n want   %q", c.source, got, c.want)
		}
	}
}
