import json
import os


def handler(event, context):
    print("python got", event["httpMethod"])
    return {
        "statusCode": 200,
        "body": json.dumps({"greeting": os.environ["GREETING"], "function": context.function_name}),
    }
