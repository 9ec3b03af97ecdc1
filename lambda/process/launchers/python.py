"""Runs a handler for Python: takes events from the Runtime API one by one."""
import http.client
import importlib.util
import json
import os
import sys
import time
import traceback

BASE = "/2018-06-01/runtime/"
ROOT = os.environ["LAMBDA_TASK_ROOT"]
MODULE, FUNCTION = sys.argv[1:3]
API = os.environ["AWS_LAMBDA_RUNTIME_API"]


class Fault(Exception):
    """A failure whose type is that of the service."""

    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.kind = kind
        self.trace = list(trace)


class Context:
    """The handler's second argument."""

    def __init__(self, headers):
        self.aws_request_id = headers.get("Lambda-Runtime-Aws-Request-Id")
        self.invoked_function_arn = headers.get("Lambda-Runtime-Invoked-Function-Arn")
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = None
        self.client_context = None
        self._deadline = int(headers.get("Lambda-Runtime-Deadline-Ms"))

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


def call(connection, method, where, body=None, headers=None):
    connection.request(method, BASE + where, body=body, headers=headers or {})
    response = connection.getresponse()
    return response, response.read()


def describe(error, request_id=None):
    if isinstance(error, Fault):
        kind, message, trace = error.kind, str(error), error.trace
    else:
        kind, message = type(error).__name__, str(error)
        # The launcher's own frame is no concern of the function's.
        trace = traceback.format_list(traceback.extract_tb(error.__traceback__)[1:])
    fault = {"errorMessage": message, "errorType": kind}
    if request_id is not None:
        fault["requestId"] = request_id
    fault["stackTrace"] = trace
    return fault


def report(connection, where, fault):
    kind = fault["errorType"].encode("ascii", "replace").decode()
    call(connection, "POST", where, json.dumps(fault).encode(),
         {"Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": kind})


def load():
    path = os.path.join(ROOT, MODULE)
    if not path.endswith(".py"):
        path += ".py"
    name = os.path.relpath(path, ROOT)[:-3].replace(os.sep, ".")
    if not os.path.isfile(path):
        raise Fault("Runtime.ImportModuleError", "Unable to import module '%s': No module named '%s'" % (name, name))
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (name, error))
    except SyntaxError as error:
        line = '  File "%s" Line %s\n    %s' % (error.filename, error.lineno, (error.text or "").rstrip("\n"))
        raise Fault("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (name, error), [line])
    handler = module
    for part in FUNCTION.split("."):
        handler = getattr(handler, part, None)
        if handler is None:
            raise Fault("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (FUNCTION, name))
    if not callable(handler):
        raise Fault("Runtime.HandlerNotFound", "Handler '%s' of module '%s' is not callable" % (FUNCTION, name))
    return handler


def encode(value):
    # As the service's runtime: decimals become numbers, everything else that has
    # no JSON form is an error.
    def other(item):
        import decimal
        if isinstance(item, decimal.Decimal):
            return int(item) if item == item.to_integral_value() else float(item)
        raise TypeError("Object of type %s is not JSON serializable" % type(item).__name__)
    try:
        return json.dumps(value, default=other).encode()
    except Exception as error:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error)


def main():
    host, port = API.split(":")
    connection = http.client.HTTPConnection(host, int(port))
    sys.path.insert(0, os.path.dirname(os.path.join(ROOT, MODULE)))
    sys.path.insert(0, ROOT)
    # Not the launcher's arguments.
    sys.argv = [MODULE]
    try:
        handler = load()
    except Exception as error:
        fault = describe(error)
        print(json.dumps(fault), file=sys.stderr)
        report(connection, "init/error", fault)
        sys.exit(1)
    while True:
        response, event = call(connection, "GET", "invocation/next")
        if response.status != 200:
            sys.exit(1)
        request_id = response.headers["Lambda-Runtime-Aws-Request-Id"]
        trace = response.headers.get("Lambda-Runtime-Trace-Id")
        if trace:
            os.environ["_X_AMZN_TRACE_ID"] = trace
        else:
            os.environ.pop("_X_AMZN_TRACE_ID", None)
        try:
            answer = encode(handler(json.loads(event), Context(response.headers)))
        except Exception as error:
            fault = describe(error, request_id)
            print("[ERROR] %s: %s\n%s" % (fault["errorType"], fault["errorMessage"], "".join(fault["stackTrace"])),
                  file=sys.stderr)
            report(connection, "invocation/%s/error" % request_id, fault)
            continue
        call(connection, "POST", "invocation/%s/response" % request_id, answer, {"Content-Type": "application/json"})


try:
    main()
except (ConnectionError, http.client.HTTPException):
    # The other side has gone; so does the function.
    sys.exit(1)
