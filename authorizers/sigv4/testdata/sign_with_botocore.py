"""Writes botocore.json: requests signed by botocore, to be verified by the tests.

Run it with a Python that has botocore: python3 sign_with_botocore.py > botocore.json
"""
import datetime
import json
import sys
import urllib.parse

import botocore
import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NOW = datetime.datetime(2026, 9, 22, 10, 15, 0, tzinfo=datetime.timezone.utc)
botocore.auth.get_current_datetime = lambda remove_tzinfo=True: NOW.replace(tzinfo=None) if remove_tzinfo else NOW

HOST = "abcdef1234.execute-api.us-east-1.amazonaws.com"
LONG = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
SHORT = Credentials("ASIAEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "AQoDYXdzEPT//////////wEXAMPLE+token/==")

CASES = [
    ("root", "GET", "/prod", {}, b""),
    ("trailing slash", "GET", "/prod/", {}, b""),
    ("path", "GET", "/prod/pets/1", {}, b""),
    ("encoded blank", "GET", "/prod/a%20b", {}, b""),
    ("encoded slash", "GET", "/prod/a%2Fb/c", {}, b""),
    ("raw colon and at", "GET", "/prod/a:b@c", {}, b""),
    ("unreserved", "GET", "/prod/-._~", {}, b""),
    ("utf-8", "GET", "/prod/%E2%82%AC", {}, b""),
    ("double slash", "GET", "/prod//pets", {}, b""),
    ("dots", "GET", "/prod/a/./b/../c", {}, b""),
    ("query sorted", "GET", "/prod/q?b=2&a=1&A=0&a=0", {}, b""),
    ("query empty", "GET", "/prod/q?a&b=", {}, b""),
    ("query encoded", "GET", "/prod/q?a=%2B%20%26&name%20x=%C3%BC", {}, b""),
    ("query prefix names", "GET", "/prod/q?ab=1&a-b=2&a=3&a.b=4", {}, b""),
    ("body", "POST", "/prod/pets", {"Content-Type": "application/json"}, b'{"name":"Rex"}'),
    ("binary body", "PUT", "/prod/pets", {"Content-Type": "application/octet-stream"}, bytes(range(256))),
    ("header blanks", "GET", "/prod", {"X-Custom": "  a   b  c "}, b""),
    ("header case", "GET", "/prod", {"x-UPPER-lower": "MiXed"}, b""),
]


def header(credentials, name, method, target, headers, body):
    request = AWSRequest(method=method, url="https://" + HOST + target, headers=dict(headers), data=body)
    botocore.auth.SigV4Auth(credentials, "execute-api", "us-east-1").add_auth(request)
    return request


def query(credentials, name, method, target, headers, body, expires=3600):
    request = AWSRequest(method=method, url="https://" + HOST + target, headers=dict(headers), data=body)
    botocore.auth.SigV4QueryAuth(credentials, "execute-api", "us-east-1", expires=expires).add_auth(request)
    return request


def record(name, request):
    parts = urllib.parse.urlsplit(request.url)
    pairs = [["Host", HOST]] + [[k, v] for k, v in request.headers.items()]
    return {
        "name": name,
        "method": request.method,
        "path": parts.path,
        "query": parts.query,
        "header": [[k, v.strip()] for k, v in pairs],
        "body": request.data.hex() if request.data else "",
    }


out = []
for case in CASES:
    out.append(record(case[0], header(LONG, *case)))
    out.append(record(case[0] + ", token", header(SHORT, *case)))
    if not case[4]:  # a presigned body becomes part of the query
        out.append(record(case[0] + ", presigned", query(LONG, *case)))
        out.append(record(case[0] + ", presigned, token", query(SHORT, *case)))
json.dump({"botocore": botocore.__version__, "cases": out}, sys.stdout, indent=1)
print()
