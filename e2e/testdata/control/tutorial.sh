#!/bin/bash
# Builds an API step by step with the AWS CLI, as the developer guide's tutorials do,
# and calls it. usage: tutorial.sh ENDPOINT BACKEND
set -eu -o pipefail
export AWS_ENDPOINT_URL=$1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 AWS_PAGER=
backend=$2
# Older versions of the CLI do not know AWS_ENDPOINT_URL.
agw() { aws --endpoint-url "$AWS_ENDPOINT_URL" --output text apigateway "$@"; }

api=$(agw create-rest-api --name PetStore --endpoint-configuration types=REGIONAL --query id)
root=$(agw get-resources --rest-api-id "$api" --query 'items[0].id')
pets=$(agw create-resource --rest-api-id "$api" --parent-id "$root" --path-part pets --query id)
pet=$(agw create-resource --rest-api-id "$api" --parent-id "$pets" --path-part '{petId}' --query id)
agw put-method --rest-api-id "$api" --resource-id "$pets" --http-method GET --authorization-type NONE --query httpMethod
agw put-method --rest-api-id "$api" --resource-id "$pet" --http-method GET --authorization-type NONE \
  --request-parameters method.request.path.petId=true --query requestParameters --output json
for r in "$pets" "$pet"; do
  agw put-method-response --rest-api-id "$api" --resource-id "$r" --http-method GET --status-code 200 --query statusCode
done
agw put-integration --rest-api-id "$api" --resource-id "$pets" --http-method GET --type HTTP \
  --integration-http-method GET --uri "http://$backend/pets" --query timeoutInMillis
agw put-integration --rest-api-id "$api" --resource-id "$pet" --http-method GET --type HTTP \
  --integration-http-method GET --uri "http://$backend/pets/{id}" \
  --request-parameters integration.request.path.id=method.request.path.petId --query passthroughBehavior
for r in "$pets" "$pet"; do
  agw put-integration-response --rest-api-id "$api" --resource-id "$r" --http-method GET --status-code 200 --selection-pattern "" --query statusCode
done
agw test-invoke-method --rest-api-id "$api" --resource-id "$pet" --http-method GET --path-with-query-string /pets/3 --query status
agw create-deployment --rest-api-id "$api" --stage-name test --query 'length(id)'
curl -sS "$AWS_ENDPOINT_URL/_aws/execute-api/$api/test/pets/3"; echo
agw update-stage --rest-api-id "$api" --stage-name test \
  --patch-operations op=replace,path='/*/*/throttling/burstLimit',value=0 op=replace,path='/*/*/throttling/rateLimit',value=0 --query stageName
curl -sS -o /dev/null -w '%{http_code}\n' "$AWS_ENDPOINT_URL/_aws/execute-api/$api/test/pets/3"
if agw delete-resource --rest-api-id "$api" --resource-id nothing 2>err; then exit 1; fi
sed 's/^ *//' err | tail -1
agw delete-rest-api --rest-api-id "$api"
agw get-rest-apis --query 'length(items)'
