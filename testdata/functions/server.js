// For the node runtime: it may use everything that Node.js has.
const os = require("os");
exports.handler = async (event, context) => ({
  statusCode: 200,
  body: JSON.stringify({ node: process.version.startsWith("v"), platform: os.platform() !== "", function: context.functionName }),
});
