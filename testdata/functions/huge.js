// 20 MB: more than an answer may have.
exports.handler = async () => ({ statusCode: 200, body: "x".repeat(20 << 20) });
