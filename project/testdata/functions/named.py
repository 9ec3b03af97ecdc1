def answer(event, context):
    return "named"
