// Makes, deploys, changes and deletes an API with the JavaScript SDK.
// usage: node deploy.mjs ENDPOINT
import assert from "node:assert/strict";
import {
  APIGatewayClient, CreateDeploymentCommand, CreateResourceCommand, CreateRestApiCommand, DeleteRestApiCommand, GetExportCommand,
  GetResourcesCommand, GetRestApiCommand, NotFoundException, PutIntegrationCommand, PutIntegrationResponseCommand, PutMethodCommand,
  PutMethodResponseCommand, PutRestApiCommand, TestInvokeMethodCommand, UpdateStageCommand, paginateGetResources,
} from "@aws-sdk/client-api-gateway";

const endpoint = process.argv[2];
const client = new APIGatewayClient({ endpoint, region: "us-west-2", credentials: { accessKeyId: "test", secretAccessKey: "test" }, maxAttempts: 1 });
const send = (Command, input) => client.send(new Command(input));

const api = await send(CreateRestApiCommand, { name: "from JavaScript", endpointConfiguration: { types: ["REGIONAL"] } });
assert.ok(api.createdDate instanceof Date);
const restApiId = api.id;
const hello = await send(CreateResourceCommand, { restApiId, parentId: api.rootResourceId, pathPart: "hello" });
const on = { restApiId, resourceId: hello.id, httpMethod: "GET" };
await send(PutMethodCommand, { ...on, authorizationType: "NONE", requestParameters: { "method.request.querystring.name": true } });
await send(PutMethodResponseCommand, { ...on, statusCode: "200" });
await send(PutIntegrationCommand, { ...on, type: "MOCK", requestTemplates: { "application/json": '{"statusCode": 200}' } });
await send(PutIntegrationResponseCommand, {
  ...on, statusCode: "200", responseTemplates: { "application/json": `{"hello":"$input.params('name')","from":"$stageVariables.from"}` },
});
const tested = await send(TestInvokeMethodCommand, { ...on, pathWithQueryString: "/hello?name=you" });
assert.equal(tested.status, 200);
assert.equal(tested.body, '{"hello":"you","from":""}');
await send(CreateDeploymentCommand, { restApiId, stageName: "v1", variables: { from: "here" } });
const get = (path) => fetch(`${endpoint}/_aws/execute-api/${restApiId}/v1${path}`);
assert.equal(await (await get("/hello?name=me")).text(), '{"hello":"me","from":"here"}');
await send(UpdateStageCommand, { restApiId, stageName: "v1", patchOperations: [{ op: "replace", path: "/variables/from", value: "there" }] });
assert.equal(await (await get("/hello?name=me")).text(), '{"hello":"me","from":"there"}');
const paths = [];
for await (const page of paginateGetResources({ client, pageSize: 1 }, { restApiId })) paths.push(...page.items.map((r) => r.path));
assert.deepEqual(paths.sort(), ["/", "/hello"]);
const exported = await send(GetExportCommand, { restApiId, stageName: "v1", exportType: "oas30", parameters: { extensions: "apigateway" } });
const document = Buffer.from(exported.body).toString().replaceAll("/hello", "/hi");
const put = await send(PutRestApiCommand, { restApiId, mode: "overwrite", body: Buffer.from(document) });
assert.equal(put.name, "from JavaScript");
assert.deepEqual((await send(GetResourcesCommand, { restApiId })).items.map((r) => r.path).sort(), ["/", "/hi"]);
assert.equal((await get("/hi?name=me")).status, 403, "what is not deployed is not served");
await send(CreateDeploymentCommand, { restApiId, stageName: "v1" });
assert.equal((await get("/hi?name=me")).status, 200);
await send(DeleteRestApiCommand, { restApiId });
await assert.rejects(send(GetRestApiCommand, { restApiId }), (e) => {
  assert.ok(e instanceof NotFoundException);
  assert.equal(e.$metadata.httpStatusCode, 404);
  assert.equal(e.message, `Invalid API identifier specified 000000000000:${restApiId}`);
  return true;
});
assert.equal((await get("/hi?name=me")).status, 403);
console.log("ok");
