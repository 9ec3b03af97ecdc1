// Calls every kind of function of the generated client and prints what came back.
const apigClientFactory = require(process.argv[2]);
const invokeUrl = process.argv[3];
const signed = {
  invokeUrl, accessKey: 'AKIDEXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', sessionToken: 'a+b/c=',
  region: 'eu-central-1', apiKey: 'the key'
};
const steps = [
  ['names', () => Object.keys(apigClientFactory.newClient()).sort()],
  ['root', () => apigClientFactory.newClient({ invokeUrl }).rootGet()],
  ['path', () => apigClientFactory.newClient({ invokeUrl }).petsPetIdGet({ petId: "a/b c*'(é)" })],
  ['query', () => apigClientFactory.newClient({ invokeUrl }).petsGet(
    { type: 'dog & cat', page: 2, 'X-Trace': 't', unknown: 'x' }, {}, { headers: { Extra: 'h' }, queryParams: { more: ['1', '2'] } })],
  ['greedy', () => apigClientFactory.newClient({ invokeUrl }).filesFileGet({ file: 'a/b c.txt' })],
  ['body', () => apigClientFactory.newClient({ invokeUrl }).CreatePet({}, { name: 'Rex é' })],
  ['text', () => apigClientFactory.newClient({ invokeUrl, defaultContentType: 'text/plain' }).CreatePet({}, 'just text')],
  ['bytes', () => apigClientFactory.newClient({ invokeUrl }).CreatePet({}, new Uint8Array([0, 255, 10]),
    { headers: { 'content-type': 'application/octet-stream' } })],
  ['key', () => apigClientFactory.newClient({ invokeUrl, apiKey: 'k' }).rootGet()],
  ['signed get', () => apigClientFactory.newClient(signed).petsPetIdGet({ petId: "a/b c*'(é)" }, null, { queryParams: { z: '', a: 'b c', A: '~' } })],
  ['signed post', () => apigClientFactory.newClient(signed).CreatePet({}, { name: 'Rex é' })],
  ['missing', () => apigClientFactory.newClient({ invokeUrl }).petsGet({})],
  ['failure', () => apigClientFactory.newClient({ invokeUrl }).petsPetIdGet({ petId: 'fail' })],
];
(async () => {
  for (const [name, run] of steps) {
    let result;
    try {
      const value = await run();
      result = value.status ? { status: value.status, data: value.data } : value;
    } catch (error) {
      result = { error: error.message, status: error.response && error.response.status, data: error.response && error.response.data };
    }
    console.log(JSON.stringify({ name, result }));
  }
})();
