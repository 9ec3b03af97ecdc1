// The functions behind the authorizers and the DELETE method.
const judge = (token, methodArn) => ({
  principalId: "customer",
  policyDocument: {
    Version: "2012-10-17",
    Statement: [{
      Action: "execute-api:Invoke",
      Effect: token.endsWith("deny") ? "Deny" : "Allow",
      Resource: methodArn,
    }],
  },
});

exports.token = async (event) => judge(event.authorizationToken, event.methodArn);

exports.request = async (event) => judge(event.headers.Authorization || event.headers.authorization, event.methodArn);

exports.deleteOrder = async (event) => ({ statusCode: 204, headers: { "x-order": event.pathParameters.orderId } });
