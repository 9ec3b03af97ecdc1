package openapi

import "testing"

func TestVariables(t *testing.T) {
	src := head + `paths:
  /:
    get:
      responses: {}
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        uri: arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:f/invocations
        credentials: arn:aws:iam::${AWS::StackName}:role/${stageVariables.role}
`
	snap, problems := Import("api.yaml", []byte(src), Options{Region: "cn-north-1", AccountID: "123456789012"})
	i := snap.Resources[0].ResourceMethods["GET"].MethodIntegration
	if want := "arn:aws-cn:apigateway:cn-north-1:lambda:path/2015-03-31/functions/arn:aws-cn:lambda:cn-north-1:123456789012:function:f/invocations"; i.URI != want {
		t.Errorf("the uri is %s", i.URI)
	}
	if want := "arn:aws:iam::${AWS::StackName}:role/${stageVariables.role}"; i.Credentials != want {
		t.Errorf("the credentials are %s", i.Credentials)
	}
	want := `api.yaml:11:22: warning: "AWS::StackName" is not resolved; an import knows AWS::AccountId, AWS::Partition and AWS::Region`
	if len(problems) != 1 || problems[0].String() != want {
		t.Errorf("problems:\n%s\nwant\n%s", problems.Error(), want)
	}
}
