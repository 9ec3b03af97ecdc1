let count = 0;
exports.hello = async (event, context) => ({
  hello: event.name, n: ++count, id: context.awsRequestId, arn: context.invokedFunctionArn, name: context.functionName,
  left: context.getRemainingTimeInMillis() > 0, trace: process.env._X_AMZN_TRACE_ID, own: process.env.OWN,
  secret: process.env.SLUICE_TEST_SECRET, aws: process.env.AWS_SECRET_ACCESS_KEY, path: typeof process.env.PATH,
  handler: process.env._HANDLER,
});
exports.callback = (event, context, callback) => { setTimeout(() => callback(null, 'called'), 1); };
exports.fails = async () => { throw new TypeError('bad'); };
exports.text = async () => { throw 'text'; };
exports.crash = () => { setTimeout(() => process.exit(7), 1); return new Promise(() => {}); };
exports.uncaught = () => { setTimeout(() => { throw new Error('later'); }, 1); return new Promise(() => {}); };
exports.hang = () => new Promise(() => { setInterval(() => {}, 1000); console.log('hanging'); });
exports.spin = () => { for (;;); };
exports.stubborn = async () => { process.on('SIGTERM', () => {}); };
exports.never = () => new Promise(() => {});
exports.big = async () => 'x'.repeat(20 << 20);
exports.prints = async () => { console.log('to stdout'); console.error('to stderr'); return process.pid; };
exports.hoard = async () => { const all = []; for (;;) { all.push(Buffer.alloc(1 << 20, 1)); await null; } };
exports.forks = async () => {
  const { spawn } = require('node:child_process');
  const child = spawn('sleep', ['600'], { stdio: 'inherit' });
  return child.pid;
};
exports.forksAndHangs = async () => {
  const { spawn } = require('node:child_process');
  console.log(`started ${spawn('sleep', ['600'], { stdio: 'inherit' }).pid}.`);
  await new Promise(() => setInterval(() => {}, 1000));
};
exports.floods = async () => { const { writeSync } = require('node:fs'); for (let i = 0; i < 400; i++) writeSync(1, 'y'.repeat(8191) + '\n'); return 'done'; };
