#!/usr/bin/env python3
"""A bootstrap that behaves as the event says; written on the bare Runtime API."""
import http.client
import json
import os
import socket
import sys

api = os.environ["AWS_LAMBDA_RUNTIME_API"]
BASE = "/2018-06-01/runtime/"
start = os.environ.get("START", "")
if start == "exit":
    sys.exit(4)
if start == "silent":
    import time
    time.sleep(600)
if start == "garbage":
    host, port = api.split(":")
    s = socket.create_connection((host, int(port)))
    s.sendall(b"\x00\xff garbage \r\n\r\n" * 1000)
    s.close()
if start == "error":
    c = http.client.HTTPConnection(api)
    c.request("POST", BASE + "init/error", body=b'{"errorType":"Mine","errorMessage":"not today"}',
              headers={"Lambda-Runtime-Function-Error-Type": "Mine"})
    print(c.getresponse().read(), file=sys.stderr)
    sys.exit(1)

c = http.client.HTTPConnection(api)


def call(method, path, body=None, headers={}):
    c.request(method, path, body=body, headers=headers)
    r = c.getresponse()
    return r.status, r.headers, r.read()


while True:
    status, headers, event = call("GET", BASE + "invocation/next")
    rid = headers["Lambda-Runtime-Aws-Request-Id"]
    where = BASE + "invocation/" + rid + "/response"
    do = json.loads(event).get("do")
    if do == "garbage":
        call("POST", where, b"\x00\xff not json")
    elif do == "wrong-id":
        first = call("POST", BASE + "invocation/other/response", b"1")
        call("POST", where, json.dumps([first[0], json.loads(first[2])]).encode())
    elif do == "twice":
        call("POST", where, b"1")
        second = call("POST", where, b"2")
        print("second", second[0], file=sys.stderr)
    elif do == "next-twice":
        again = call("GET", BASE + "invocation/next")
        call("POST", where, json.dumps(again[0]).encode())
    elif do == "unknown-path":
        bad = call("GET", "/2018-06-01/other")
        call("POST", where, json.dumps([bad[0], call("DELETE", BASE + "invocation/next")[0]]).encode())
    elif do == "foreign-host":
        o = http.client.HTTPConnection(api)
        o.request("GET", BASE + "invocation/next", headers={"Host": "evil.example"})
        call("POST", where, json.dumps(o.getresponse().status).encode())
    elif do == "error-without-json":
        call("POST", BASE + "invocation/" + rid + "/error", b"plain", {"Lambda-Runtime-Function-Error-Type": "My.Type"})
    elif do == "empty":
        call("POST", where, b"")
    elif do == "chunked-big":
        c.putrequest("POST", where)
        c.putheader("Transfer-Encoding", "chunked")
        c.endheaders()
        try:
            for _ in range(20):
                c.send(b"100000\r\n" + b"x" * (1 << 20) + b"\r\n")
            c.send(b"0\r\n\r\n")
            c.getresponse().read()
        except OSError:
            pass
        c.close()
    elif do == "cut-short":
        c.putrequest("POST", where)
        c.putheader("Content-Length", "1000")
        c.endheaders()
        c.send(b"only this")
        c.close()
    else:
        call("POST", where, event)
