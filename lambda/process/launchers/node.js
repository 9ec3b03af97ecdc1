// Runs a handler for Node.js: takes events from the Runtime API one by one.
'use strict';
const http = require('node:http');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { existsSync } = require('node:fs');

const [moduleName, functionName] = process.argv.slice(1);
const root = process.env.LAMBDA_TASK_ROOT;
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const base = '/2018-06-01/runtime/';
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, where, body, headers) {
  return new Promise((resolve, reject) => {
    const bytes = body === undefined ? undefined : Buffer.from(body);
    const all = { ...headers };
    if (bytes) all['Content-Length'] = bytes.length;
    const request = http.request({ host, port, method, path: base + where, agent, headers: all }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.setTimeout(0);
    request.end(bytes);
  });
}

// What the service's own runtime makes of an error.
function describe(error) {
  try {
    if (error instanceof Error || (error && error.name && error.message && error.stack && typeof error !== 'string')) {
      return { errorType: String(error.name), errorMessage: String(error.message), trace: String(error.stack).split('\n') };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch (e) {
    return {
      errorType: 'handled',
      errorMessage: 'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
    };
  }
}

const report = (where, fault) => call('POST', where, JSON.stringify(fault), {
  'Content-Type': 'application/json', 'Lambda-Runtime-Function-Error-Type': fault.errorType.replace(/[^\x20-\x7e]/g, '?'),
});

class Fault extends Error {
  constructor(name, message) { super(message); this.name = name; }
}

async function load() {
  const file = path.resolve(root, moduleName);
  const found = ['', '.js', '.mjs', '.cjs'].map((ext) => file + ext).find((f) => existsSync(f) && !f.endsWith(path.sep));
  if (!found) throw new Fault('Runtime.ImportModuleError', `Error: Cannot find module '${moduleName}'`);
  let exported;
  try {
    exported = found.endsWith('.cjs') ? require(found) : await import(pathToFileURL(found).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw Object.assign(new Fault('Runtime.UserCodeSyntaxError', String(error)), { stack: error.stack });
    if (error && (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND')) {
      throw Object.assign(new Fault('Runtime.ImportModuleError', String(error)), { stack: error.stack });
    }
    throw error;
  }
  const pick = (from) => functionName.split('.').reduce((o, key) => (o === undefined || o === null ? undefined : o[key]), from);
  // A CommonJS module is the default export; its names are there only where they
  // could be told without running it.
  let handler = pick(exported);
  if (handler === undefined) handler = pick(exported.default);
  if (handler === undefined) throw new Fault('Runtime.HandlerNotFound', `${moduleName}.${functionName} is undefined or not exported`);
  if (typeof handler !== 'function') throw new Fault('Runtime.HandlerNotFound', `${moduleName}.${functionName} is not a function`);
  return handler;
}

let idle = null; // called when nothing is left to happen

function invoke(handler, event, headers) {
  return new Promise((resolve, reject) => {
    const deadline = Number(headers['lambda-runtime-deadline-ms']);
    const context = {
      callbackWaitsForEmptyEventLoop: true,
      functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
      logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
      invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
      awsRequestId: headers['lambda-runtime-aws-request-id'],
      getRemainingTimeInMillis: () => deadline - Date.now(),
      succeed: resolve,
      fail: reject,
      done: (error, value) => (error === undefined || error === null ? resolve(value) : reject(error)),
    };
    let called = false;
    const callback = (error, value) => {
      if (called) return;
      called = true;
      const settle = error === undefined || error === null ? () => resolve(value) : () => reject(error);
      if (context.callbackWaitsForEmptyEventLoop) idle = settle;
      else settle();
    };
    // A promise that nobody settles counts as null when nothing is left to happen.
    idle = () => resolve(null);
    const returned = handler(event, context, callback);
    if (returned && typeof returned.then === 'function') returned.then(resolve, reject);
    else if (returned !== undefined && handler.length < 3 && !called) resolve(returned);
  }).finally(() => { idle = null; });
}

process.on('beforeExit', () => {
  if (idle) {
    const settle = idle;
    idle = null;
    settle();
  }
});

let current = null;
async function die(error, kind) {
  const fault = describe(error);
  if (kind) { fault.errorMessage = `${fault.errorType}: ${fault.errorMessage}`; fault.errorType = kind; }
  console.error(kind || 'Uncaught exception', error);
  try {
    await report(current ? `invocation/${current}/error` : 'init/error', fault);
  } finally {
    process.exit(129);
  }
}
process.on('uncaughtException', (error) => die(error));
process.on('unhandledRejection', (error) => die(error, 'Runtime.UnhandledPromiseRejection'));

async function main() {
  let handler;
  try {
    handler = await load();
  } catch (error) {
    console.error(error);
    await report('init/error', describe(error));
    process.exit(1);
  }
  for (;;) {
    const next = await call('GET', 'invocation/next');
    if (next.status !== 200) process.exit(1);
    current = next.headers['lambda-runtime-aws-request-id'];
    if (next.headers['lambda-runtime-trace-id']) process.env._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id'];
    else delete process.env._X_AMZN_TRACE_ID;
    let where = `invocation/${current}/response`;
    let fault = null;
    let answer;
    try {
      const value = await invoke(handler, JSON.parse(next.body.toString()), next.headers);
      try {
        answer = JSON.stringify(value === undefined ? null : value);
        if (answer === undefined) answer = 'null';
      } catch (error) {
        throw new Error('Unable to stringify response body');
      }
    } catch (error) {
      fault = describe(error);
      where = `invocation/${current}/error`;
    }
    if (fault) await report(where, fault);
    else await call('POST', where, answer, { 'Content-Type': 'application/json' });
    current = null;
  }
}

main().catch(() => process.exit(1));
