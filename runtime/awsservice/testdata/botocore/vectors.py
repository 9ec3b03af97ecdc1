"""Signs requests with botocore and prints them as JSON."""

import base64
import datetime
import json

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NOW = datetime.datetime(2026, 3, 9, 8, 5, 4, tzinfo=datetime.timezone.utc)
botocore.auth.get_current_datetime = lambda *a, **k: NOW

PLAIN = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "")
SESSION = ("ASIAEXAMPLE", "secret", "IQoJb3JpZ2luX2VjEXAMPLE//////////==")
LONG = ("AKIDEXAMPLE", "s" * 100, "")

JSON10 = {"Content-Type": "application/x-amz-json-1.0"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def case(name, uri, url, method="POST", keys=PLAIN, path=(), query=(), mapped=None, sent=None, body=b""):
    """mapped are the headers of the integration; sent are those that the gateway
    adds and signs, less X-Amz-Date, the token and the content hash."""
    scope = url.split("/")[2].split(".")
    signing = case.scope.get(name)
    service, region = signing if signing else (scope[0], scope[1])
    headers = dict(mapped or {})
    headers.update(sent or {})
    request = AWSRequest(method=method, url=url, headers=headers, data=body)
    signer = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
    signer(Credentials(*keys[:2], token=keys[2] or None), service, region).add_auth(request)
    return {
        "name": name,
        "uri": uri,
        "method": method,
        "accessKey": keys[0],
        "secretKey": keys[1],
        "token": keys[2],
        "path": list(path),
        "query": [list(q) for q in query],
        "headers": [[k, v] for k, v in (mapped or {}).items()],
        "body": base64.b64encode(body).decode(),
        "host": url.split("/")[2],
        "target": "/" + url.split("/", 3)[3],
        "authorization": request.headers["Authorization"],
    }


case.scope = {
    "global service": ("iam", "us-east-1"),
    "signing name of its own": ("ses", "us-east-1"),
    "bucket as subdomain": ("s3", "eu-west-1"),
    "service with a dot": ("sagemaker", "us-east-1"),
}

A = "arn:aws:apigateway:"
CASES = [
    case("query in the URI", A + "us-east-1:sqs:action/SendMessage&QueueUrl={url}",
         "https://sqs.us-east-1.amazonaws.com/?Action=SendMessage&Version=2012-11-05"
         "&QueueUrl=https%3A%2F%2Fq.example%2F1%2Fq%20a&MessageBody=a%2Bb%20%26%20%C3%A9~%2A",
         method="GET", sent=FORM, path=["https://q.example/1/q a"], query=[("MessageBody", "a+b & é~*")]),
    case("query sorted by name and value", A + "us-east-1:sns:action/Publish&b=2&a=2&a=1&a-b=3",
         "https://sns.us-east-1.amazonaws.com/?Action=Publish&Version=2010-03-31&b=2&a=2&a=1&a-b=3&A=4&a%20=5&empty=",
         query=[("A", "4"), ("a ", "5"), ("empty", "")], sent=FORM),
    case("form", A + "eu-central-1:sqs:path/123456789012/queue",
         "https://sqs.eu-central-1.amazonaws.com/123456789012/queue",
         mapped=FORM, body="Action=SendMessage&MessageBody=hällo".encode()),
    case("target", A + "us-west-2:dynamodb:action/PutItem", "https://dynamodb.us-west-2.amazonaws.com/",
         keys=SESSION, sent={"X-Amz-Target": "DynamoDB_20120810.PutItem", **JSON10}, body=b'{"TableName":"t"}'),
    case("long secret", A + "us-west-2:kinesis:action/PutRecord", "https://kinesis.us-west-2.amazonaws.com/",
         keys=LONG, sent={"X-Amz-Target": "Kinesis_20131202.PutRecord", "Content-Type": "application/x-amz-json-1.1"}, body=b"{}"),
    case("blanks in header values", A + "us-west-2:events:action/PutEvents", "https://events.us-west-2.amazonaws.com/",
         mapped={"x-amz-target": "  AWSEvents.PutEvents ", "Content-Type": "a/b;   c=d", "X-Amz-Meta": "a  b   c"},
         body=b"{}"),
    case("object", A + "eu-west-1:s3:path/{bucket}/{key}", "https://s3.eu-west-1.amazonaws.com/b.c/a%20b/%C3%BC%2B/%28x%29%27%21%2A%2C%3B%3D%3A%40%26%24",
         method="GET", path=["b.c", "a%20b/ü+/(x)'!*,;=:@&$"]),
    case("object with a body", A + "eu-west-1:s3:path/bucket/{key}?partNumber=1&uploadId={id}&acl",
         "https://s3.eu-west-1.amazonaws.com/bucket/k?partNumber=1&uploadId=x%2Fy&acl=",
         method="PUT", path=["k", "x/y"], mapped={"Content-Type": "image/png", "x-amz-meta-b": "1", "X-Amz-Acl": "private"},
         keys=SESSION, body=bytes(range(256))),
    case("bucket as subdomain", A + "eu-west-1:my-bucket.s3:path/{key}", "https://my-bucket.s3.eu-west-1.amazonaws.com/a//b/./c",
         method="GET", path=["a//b/./c"]),
    case("path encoded twice", A + "us-east-1:lambda:path/2015-03-31/functions/{arn}/versions",
         "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Af%20%C3%A9%2Fx/versions?MaxItems=5",
         method="GET", path=["arn:aws:lambda:us-east-1:1:function:f é%2Fx"], query=[("MaxItems", "5")]),
    case("global service", A + "eu-west-1:iam:action/ListUsers", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", method="GET", sent=FORM),
    case("signing name of its own", A + "us-east-1:email:action/ListIdentities",
         "https://email.us-east-1.amazonaws.com/?Action=ListIdentities&Version=2010-12-01", method="GET", sent=FORM),
    case("service with a dot", A + "us-east-1:runtime.sagemaker:path/endpoints/e/invocations",
         "https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/e/invocations",
         mapped={"Content-Type": "text/csv", "Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}, body=b"1,2"),
]

print(json.dumps(CASES, indent=1, ensure_ascii=False))
