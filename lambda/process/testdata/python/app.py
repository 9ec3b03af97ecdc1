import os
import sys
import decimal
import time

count = 0


def hello(event, context):
    global count
    count += 1
    return {"hello": event["name"], "n": count, "id": context.aws_request_id, "arn": context.invoked_function_arn,
            "left": context.get_remaining_time_in_millis() > 0, "trace": os.environ.get("_X_AMZN_TRACE_ID"),
            "own": os.environ.get("OWN"), "secret": os.environ.get("SLUICE_TEST_SECRET"), "task": os.getcwd() == os.environ["LAMBDA_TASK_ROOT"]}


def fails(event, context):
    raise ValueError("bad")


def unserializable(event, context):
    return {"x": object()}


def number(event, context):
    return decimal.Decimal("1.5")


def exits(event, context):
    os._exit(3)


def sleeps(event, context):
    time.sleep(600)


def prints(event, context):
    print("to stdout")
    print("to stderr", file=sys.stderr)
    sys.stdout.buffer.write(b"\xff\xfe\x00raw\n")
    return None
