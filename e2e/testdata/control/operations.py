"""Calls every operation and every paginator of API Gateway with boto3.

usage: operations.py ENDPOINT BACKEND

Each answer is checked against the output shape of botocore's own service model:
the status, the members and their types. What was not called is an error. BACKEND is
where the pet store is: HOST:PORT/PATH.
"""

import io
import json
import sys
import zipfile

import boto3
import botocore
from botocore.config import Config

endpoint, backend = sys.argv[1], sys.argv[2]
client = boto3.client(
    "apigateway",
    endpoint_url=endpoint,
    region_name="eu-west-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
    config=Config(retries={"max_attempts": 1}, parameter_validation=True),
)
model = client.meta.service_model
called, faults = set(), []


def check(shape, value, at):
    """Compares a value of the wire with a shape of the model."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return faults.append(f"{at}: {value!r} is no structure")
        names = {m.serialization.get("name", n): m for n, m in shape.members.items() if m.serialization.get("location") is None}
        for name, v in value.items():
            if name not in names:
                faults.append(f"{at}: the model has no member {name}")
            elif v is None:
                faults.append(f"{at}.{name}: null")
            else:
                check(names[name], v, f"{at}.{name}")
    elif kind == "list":
        if not isinstance(value, list):
            return faults.append(f"{at}: {value!r} is no list")
        for i, v in enumerate(value):
            check(shape.member, v, f"{at}[{i}]")
    elif kind == "map":
        if not isinstance(value, dict):
            return faults.append(f"{at}: {value!r} is no map")
        for k, v in value.items():
            if v is not None:  # the service's way to show an empty template
                check(shape.value, v, f"{at}.{k}")
    else:
        wanted = {
            "string": str, "integer": int, "long": int, "boolean": bool,
            "double": (int, float), "float": (int, float), "timestamp": (int, float),
        }[kind]
        if not isinstance(value, wanted) or (isinstance(value, bool) and kind != "boolean"):
            faults.append(f"{at}: {value!r} is no {kind}")
        if kind == "string" and shape.enum and value not in shape.enum:
            faults.append(f"{at}: {value!r} is none of {shape.enum}")


def after_call(http_response, parsed, model, **_):
    called.add(model.name)
    want = model.http.get("responseCode", 200)
    if http_response.status_code >= 300:
        return
    if http_response.status_code != want:
        faults.append(f"{model.name}: status {http_response.status_code}, the model has {want}")
    for header in ("x-amzn-RequestId", "x-amz-apigw-id", "Date", "Content-Type"):
        if header.lower() not in {k.lower() for k in http_response.headers}:
            faults.append(f"{model.name}: no header {header}")
    shape = model.output_shape
    if shape is not None and shape.serialization.get("payload"):
        return  # a stream, which is the caller's to read
    body = http_response.content
    if shape is None:
        if body:
            faults.append(f"{model.name}: a body where the model has none: {body[:80]!r}")
        return
    check(shape, json.loads(body), model.name)


client.meta.events.register("after-call.apigateway", after_call)


def patch(*operations):
    return [dict(zip(("op", "path", "value", "from"), o)) for o in operations]


def expect(condition, what):
    if not condition:
        faults.append(what)


def fails(code, do, **kw):
    try:
        do(**kw)
    except botocore.exceptions.ClientError as e:
        if e.response["Error"]["Code"] != code:
            faults.append(f"{e}: the code is not {code}")
        return
    faults.append(f"{do.__name__}({kw}) did not fail")


# Account, REST APIs, tags.
client.get_account()
client.update_account(patchOperations=patch(("replace", "/cloudwatchRoleArn", "arn:aws:iam::000000000000:role/logs")))
api = client.create_rest_api(
    name="pets", description="all of them", version="1", endpointConfiguration={"types": ["REGIONAL"]}, tags={"team": "a"}
)
id, root = api["id"], api["rootResourceId"]
clone = client.create_rest_api(name="clone", cloneFrom=id)["id"]
expect(client.get_rest_api(restApiId=id)["tags"] == {"team": "a"}, "the API's tags are not shown")
expect(len(client.get_rest_apis()["items"]) >= 2, "two APIs are not listed")
client.update_rest_api(restApiId=id, patchOperations=patch(("add", "/binaryMediaTypes/image~1png"), ("replace", "/name", "pets2")))
arn = f"arn:aws:apigateway:eu-west-1::/restapis/{id}"
client.tag_resource(resourceArn=arn, tags={"stage": "b"})
client.untag_resource(resourceArn=arn, tagKeys=["team"])
expect(client.get_tags(resourceArn=arn)["tags"] == {"stage": "b"}, "tags are not what was set")
fails("NotFoundException", client.get_rest_api, restApiId="0000000000")

# Models, validators, authorizers, gateway responses.
client.create_model(
    restApiId=id, name="Pet", contentType="application/json",
    schema=json.dumps({"$schema": "http://json-schema.org/draft-04/schema#", "type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}),
)
client.get_model(restApiId=id, modelName="Pet", flatten=True)
client.get_models(restApiId=id)
client.get_model_template(restApiId=id, modelName="Pet")
client.update_model(restApiId=id, modelName="Pet", patchOperations=patch(("replace", "/description", "a pet")))
client.create_model(restApiId=id, name="Gone", contentType="application/json", schema='{"type":"object"}')
client.delete_model(restApiId=id, modelName="Gone")
validator = client.create_request_validator(restApiId=id, name="all", validateRequestBody=True, validateRequestParameters=True)["id"]
client.get_request_validator(restApiId=id, requestValidatorId=validator)
client.get_request_validators(restApiId=id)
client.update_request_validator(restApiId=id, requestValidatorId=validator, patchOperations=patch(("replace", "/name", "everything")))
function = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:000000000000:function:guard/invocations"
authorizer = client.create_authorizer(
    restApiId=id, name="guard", type="TOKEN", authorizerUri=function, identitySource="method.request.header.Authorization"
)["id"]
client.get_authorizer(restApiId=id, authorizerId=authorizer)
client.get_authorizers(restApiId=id)
client.update_authorizer(restApiId=id, authorizerId=authorizer, patchOperations=patch(("replace", "/authorizerResultTtlInSeconds", "0")))
client.test_invoke_authorizer(restApiId=id, authorizerId=authorizer, headers={"Authorization": "token"})
client.put_gateway_response(
    restApiId=id, responseType="MISSING_AUTHENTICATION_TOKEN", statusCode="404",
    responseParameters={"gatewayresponse.header.X-Why": "'nothing here'"},
    responseTemplates={"application/json": '{"why":"nothing here"}'},
)
client.get_gateway_response(restApiId=id, responseType="MISSING_AUTHENTICATION_TOKEN")
expect(len(client.get_gateway_responses(restApiId=id, limit=500)["items"]) >= 21, "not all gateway responses are listed")
client.update_gateway_response(
    restApiId=id, responseType="MISSING_AUTHENTICATION_TOKEN", patchOperations=patch(("replace", "/statusCode", "410"))
)

# Resources and methods.
pets = client.create_resource(restApiId=id, parentId=root, pathPart="pets")["id"]
pet = client.create_resource(restApiId=id, parentId=pets, pathPart="{petId}")["id"]
gone = client.create_resource(restApiId=id, parentId=root, pathPart="gone")["id"]
client.update_resource(restApiId=id, resourceId=gone, patchOperations=patch(("replace", "/pathPart", "leaving")))
client.delete_resource(restApiId=id, resourceId=gone)
client.get_resource(restApiId=id, resourceId=pet, embed=["methods"])
client.get_resources(restApiId=id, embed=["methods"])
on = dict(restApiId=id, resourceId=pets, httpMethod="POST")
client.put_method(**on, authorizationType="NONE", requestModels={"application/json": "Pet"}, requestValidatorId=validator)
client.get_method(**on)
client.update_method(**on, patchOperations=patch(("add", "/requestParameters/method.request.header.X-Who", "false")))
client.put_method_response(**on, statusCode="200", responseParameters={"method.response.header.X-Pet": False})
client.get_method_response(**on, statusCode="200")
client.update_method_response(**on, statusCode="200", patchOperations=patch(("add", "/responseModels/application~1json", "Empty")))
client.put_integration(
    **on, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}, passthroughBehavior="WHEN_NO_TEMPLATES"
)
client.get_integration(**on)
client.update_integration(**on, patchOperations=patch(("replace", "/timeoutInMillis", "5000")))
client.put_integration_response(
    **on, statusCode="200", selectionPattern="", responseParameters={"method.response.header.X-Pet": "'cat'"},
    responseTemplates={"application/json": '{"in":"$stageVariables.where","id":"$context.apiId"}'},
)
client.get_integration_response(**on, statusCode="200")
client.update_integration_response(
    **on, statusCode="200", patchOperations=patch(("replace", "/responseParameters/method.response.header.X-Pet", "'dog'"))
)
at = dict(restApiId=id, resourceId=pet, httpMethod="GET")
client.put_method(**at, authorizationType="NONE", apiKeyRequired=True, requestParameters={"method.request.path.petId": True})
client.put_integration(
    **at, type="HTTP_PROXY", integrationHttpMethod="GET", uri=f"http://{backend}/pets/{{id}}",
    requestParameters={"integration.request.path.id": "method.request.path.petId"},
)
spare = dict(restApiId=id, resourceId=pet, httpMethod="DELETE")
client.put_method(**spare, authorizationType="NONE")
client.put_method_response(**spare, statusCode="204")
client.put_integration(**spare, type="MOCK", requestTemplates={"application/json": '{"statusCode": 204}'})
client.put_integration_response(**spare, statusCode="204")
client.delete_integration_response(**spare, statusCode="204")
client.delete_integration(**spare)
client.delete_method_response(**spare, statusCode="204")
client.delete_method(**spare)
test = client.test_invoke_method(
    **on, pathWithQueryString="/pets?x=1", body='{"name":"tom"}', headers={"X-Who": "me"}, stageVariables={"where": "test"}
)
expect(test["status"] == 200 and json.loads(test["body"]) == {"in": "test", "id": id}, f"test invoke: {test['status']} {test['body']}")
expect("Method completed with status: 200" in test["log"], "the test's log has no end")
expect(test["headers"].get("X-Pet") == "dog", f"the test's headers: {test['headers']}")

# Documentation.
part = client.create_documentation_part(restApiId=id, location={"type": "API"}, properties='{"description":"pets"}')["id"]
client.get_documentation_part(restApiId=id, documentationPartId=part)
client.get_documentation_parts(restApiId=id)
client.update_documentation_part(restApiId=id, documentationPartId=part, patchOperations=patch(("replace", "/properties", '{"description":"all pets"}')))
client.import_documentation_parts(
    restApiId=id, mode="merge",
    body=json.dumps({"swagger": "2.0", "info": {"title": "x", "version": "1"}, "paths": {},
                     "x-amazon-apigateway-documentation": {"version": "1", "documentationParts": [
                         {"location": {"type": "METHOD", "path": "/pets", "method": "POST"}, "properties": {"summary": "add one"}}]}}),
)
client.create_documentation_version(restApiId=id, documentationVersion="v1", description="first")
client.get_documentation_version(restApiId=id, documentationVersion="v1")
client.get_documentation_versions(restApiId=id)
client.update_documentation_version(restApiId=id, documentationVersion="v1", patchOperations=patch(("replace", "/description", "the first")))

# Deployments and stages.
deployment = client.create_deployment(restApiId=id, stageName="prod", variables={"where": "prod"}, description="one")["id"]
client.get_deployment(restApiId=id, deploymentId=deployment, embed=["apisummary"])
client.get_deployments(restApiId=id)
client.update_deployment(restApiId=id, deploymentId=deployment, patchOperations=patch(("replace", "/description", "the first")))
client.create_stage(restApiId=id, stageName="dev", deploymentId=deployment, variables={"where": "dev"}, documentationVersion="v1", tags={"a": "b"})
client.get_stage(restApiId=id, stageName="dev")
expect(len(client.get_stages(restApiId=id)["item"]) == 2, "two stages are not listed")
client.update_stage(
    restApiId=id, stageName="prod",
    patchOperations=patch(("replace", "/*/*/metrics/enabled", "true"), ("replace", "/~1pets/POST/throttling/rateLimit", "100"), ("replace", "/variables/where", "production")),
)
client.flush_stage_cache(restApiId=id, stageName="prod")
client.flush_stage_authorizers_cache(restApiId=id, stageName="prod")
export = client.get_export(restApiId=id, stageName="prod", exportType="oas30", parameters={"extensions": "apigateway"}, accepts="application/json")
document = export["body"].read()
expect(json.loads(document)["openapi"] == "3.0.1", "the export is no OpenAPI 3.0")
expect(client.get_export(restApiId=id, stageName="prod", exportType="swagger", accepts="application/yaml")["body"].read().startswith(b'---\nswagger: "2.0"'), "the export is no Swagger in YAML")
imported = client.import_rest_api(body=document, parameters={"endpointConfigurationTypes": "REGIONAL"})["id"]
client.put_rest_api(restApiId=imported, mode="overwrite", body=document)
client.get_sdk_types()
client.get_sdk_type(id="javascript")
sdk = client.get_sdk(restApiId=id, stageName="prod", sdkType="javascript")["body"].read()
expect(any(n.endswith("apigClient.js") for n in zipfile.ZipFile(io.BytesIO(sdk)).namelist()), "the SDK has no apigClient.js")

# Keys and plans.
key = client.create_api_key(name="key", enabled=True, tags={"k": "v"})
client.get_api_key(apiKey=key["id"], includeValue=True)
client.get_api_keys(includeValues=True, nameQuery="k")
client.update_api_key(apiKey=key["id"], patchOperations=patch(("replace", "/description", "mine")))
plan = client.create_usage_plan(
    name="plan", apiStages=[{"apiId": id, "stage": "prod"}], throttle={"rateLimit": 100.0, "burstLimit": 200}, quota={"limit": 1000, "period": "DAY"}
)["id"]
client.get_usage_plan(usagePlanId=plan)
client.get_usage_plans(keyId=key["id"])
client.update_usage_plan(usagePlanId=plan, patchOperations=patch(("replace", "/description", "a plan")))
client.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
client.get_usage_plan_key(usagePlanId=plan, keyId=key["id"])
client.get_usage_plan_keys(usagePlanId=plan)
ids = client.import_api_keys(body=f"Name,key,description,Enabled,usageplanIds\nimported,{'i' * 30},x,TRUE,{plan}\n".encode(), format="csv")["ids"]
expect(len(ids) == 1, "one key is not imported")

# What is deployed is served, with its key, and counted.
import urllib.error
import urllib.request


def get(path, method="GET", body=None, **headers):
    r = urllib.request.Request(f"{endpoint}/_aws/execute-api/{id}/{path}", method=method, data=body, headers=headers)
    try:
        with urllib.request.urlopen(r) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


expect(get("prod/pets", "POST", b'{"name":"tom"}', **{"Content-Type": "application/json"}) == (200, json.dumps({"in": "production", "id": id}, separators=(",", ":"))), "the stage does not serve what was deployed")
expect(get("prod/pets", "POST", b"{}", **{"Content-Type": "application/json"})[0] == 400, "the body is not validated")
expect(get("prod/nowhere") == (410, '{"why":"nothing here"}'), f"the gateway response is not served: {get('prod/nowhere')}")
expect(get("prod/pets/2") == (403, '{"message":"Forbidden"}'), "a method that requires a key is open")
expect(get("prod/pets/2", **{"x-api-key": key["value"]})[0] == 200, "the key does not open the method")
expect(get("prod/pets/2", **{"x-api-key": "i" * 30})[0] == 200, "the imported key does not open the method")
import datetime

today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
usage = client.get_usage(usagePlanId=plan, keyId=key["id"], startDate=today, endDate=today)
expect(usage["items"].get(key["id"]) == [[1, 999]], f"usage: {usage['items']}")
client.update_usage(usagePlanId=plan, keyId=key["id"], patchOperations=patch(("replace", "/remaining", "5")))
usage = client.get_usage(usagePlanId=plan, startDate=today, endDate=today)
expect(usage["items"][key["id"]][0][1] == 5, f"usage after an extension: {usage['items']}")

# Domains, links, certificates.
certificate = client.generate_client_certificate(description="towards backends")["clientCertificateId"]
expect("BEGIN CERTIFICATE" in client.get_client_certificate(clientCertificateId=certificate)["pemEncodedCertificate"], "no certificate")
client.get_client_certificates()
client.update_client_certificate(clientCertificateId=certificate, patchOperations=patch(("replace", "/description", "x")))
domain = "pets.example.com"
client.create_domain_name(domainName=domain, regionalCertificateArn="arn:aws:acm:eu-west-1:000000000000:certificate/a", endpointConfiguration={"types": ["REGIONAL"]})
client.get_domain_name(domainName=domain)
client.get_domain_names()
client.update_domain_name(domainName=domain, patchOperations=patch(("replace", "/securityPolicy", "TLS_1_2")))
client.create_base_path_mapping(domainName=domain, basePath="v1", restApiId=id, stage="dev")
client.get_base_path_mapping(domainName=domain, basePath="v1")
client.get_base_path_mappings(domainName=domain)
client.update_base_path_mapping(domainName=domain, basePath="v1", patchOperations=patch(("replace", "/stage", "prod")))
r = urllib.request.Request(f"{endpoint}/v1/pets", method="POST", data=b'{"name":"tom"}', headers={"Host": domain, "Content-Type": "application/json"})
with urllib.request.urlopen(r) as answer:
    expect(json.loads(answer.read()) == {"in": "production", "id": id}, "the custom domain leads elsewhere")
link = client.create_vpc_link(name="link", targetArns=["arn:aws:elasticloadbalancing:eu-west-1:000000000000:loadbalancer/net/n/50dc6c495c0c9188"])["id"]
expect(client.get_vpc_link(vpcLinkId=link)["status"] == "AVAILABLE", "the VPC link is not available")
client.get_vpc_links()
client.update_vpc_link(vpcLinkId=link, patchOperations=patch(("replace", "/name", "renamed")))
if hasattr(client, "create_domain_name_access_association"):
    private = client.create_domain_name(
        domainName="private.example.com", certificateArn="arn:aws:acm:eu-west-1:000000000000:certificate/b",
        endpointConfiguration={"types": ["PRIVATE"]},
        policy=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}]}),
    )
    association = client.create_domain_name_access_association(
        domainNameArn=private["domainNameArn"], accessAssociationSourceType="VPCE", accessAssociationSource="vpce-0123456789abcdef0"
    )["domainNameAccessAssociationArn"]
    client.get_domain_name_access_associations()
    client.reject_domain_name_access_association(domainNameAccessAssociationArn=association, domainNameArn=private["domainNameArn"])
    association = client.create_domain_name_access_association(
        domainNameArn=private["domainNameArn"], accessAssociationSourceType="VPCE", accessAssociationSource="vpce-0123456789abcdef1"
    )["domainNameAccessAssociationArn"]
    client.delete_domain_name_access_association(domainNameAccessAssociationArn=association)
    client.delete_domain_name(domainName="private.example.com", domainNameId=private["domainNameId"])

# Paginators, a page of one entry at a time.
needs = {"restApiId": id, "usagePlanId": plan, "domainName": domain, "startDate": today, "endDate": today}
names = json.loads(open(sys.argv[3]).read())["pagination"] if len(sys.argv) > 3 else botocore.session.get_session().get_component("data_loader").load_service_model("apigateway", "paginators-1")["pagination"]
for name in sorted(names):
    operation = model.operation_model(name)
    wanted = {m: needs[m] for m in operation.input_shape.required_members}
    method = botocore.xform_name(name)
    entries = 0
    for n, page in enumerate(client.get_paginator(method).paginate(**wanted, PaginationConfig={"PageSize": 1})):
        got = page.get("items", {} if name == "GetUsage" else [])
        entries += len(got)
        if len(got) > 1:
            faults.append(f"{name}: a page of {len(got)} entries")
        if n > 200:
            faults.append(f"{name}: pages without end")
            break
    expect(entries > 0, f"{name}: no entries")

# Deletions.
client.delete_base_path_mapping(domainName=domain, basePath="v1")
client.delete_domain_name(domainName=domain)
client.delete_vpc_link(vpcLinkId=link)
client.delete_client_certificate(clientCertificateId=certificate)
client.delete_usage_plan_key(usagePlanId=plan, keyId=key["id"])
expect(get("prod/pets/2", **{"x-api-key": key["value"]})[0] == 403, "a key out of its plan opens the method")
client.update_usage_plan(usagePlanId=plan, patchOperations=patch(("remove", "/apiStages", f"{id}:prod")))
client.delete_usage_plan(usagePlanId=plan)
client.delete_api_key(apiKey=key["id"])
client.delete_documentation_part(restApiId=id, documentationPartId=part)
fails("BadRequestException", client.delete_deployment, restApiId=id, deploymentId=deployment)
client.delete_stage(restApiId=id, stageName="dev")
client.delete_documentation_version(restApiId=id, documentationVersion="v1")
client.delete_stage(restApiId=id, stageName="prod")
expect(get("prod/pets", "POST", b"{}")[0] == 403, "a deleted stage is served")
client.delete_deployment(restApiId=id, deploymentId=deployment)
client.delete_gateway_response(restApiId=id, responseType="MISSING_AUTHENTICATION_TOKEN")
client.delete_authorizer(restApiId=id, authorizerId=authorizer)
client.update_method(**on, patchOperations=patch(("replace", "/requestValidatorId", "")))
client.delete_request_validator(restApiId=id, requestValidatorId=validator)
for a in (imported, clone, id):
    client.delete_rest_api(restApiId=a)

missing = set(model.operation_names) - called
expect(not missing, f"not called: {sorted(missing)}")
for f in faults:
    print(f)
print(f"{len(called)} of {len(model.operation_names)} operations, {len(names)} paginators, {len(faults)} faults (botocore {botocore.__version__})")
sys.exit(1 if faults else 0)
