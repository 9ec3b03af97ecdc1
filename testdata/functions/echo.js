// Answers with what it was asked, and who it is.
exports.handler = async (event, context) => ({
  statusCode: 200,
  headers: { "content-type": "application/json", "x-one": "1" },
  multiValueHeaders: { "x-many": ["a", "b"] },
  body: JSON.stringify({
    method: event.httpMethod,
    path: event.path,
    proxy: event.pathParameters && event.pathParameters.proxy,
    query: event.multiValueQueryStringParameters,
    body: event.body,
    base64: event.isBase64Encoded,
    stage: event.requestContext.stage,
    name: context.functionName,
    arn: context.invokedFunctionArn,
  }),
});
