// Compares the SDK's hashes with those of Node.js, over every length up to four blocks.
require(process.argv[2]);
const crypto = require('crypto');
const { sha256, hmac, hex } = globalThis.apiGateway.core.hash;
for (let n = 0; n <= 256; n++) {
  const bytes = new Uint8Array(n).map((_, i) => (i * 7 + n) & 255);
  if (hex(sha256(bytes)) !== crypto.createHash('sha256').update(bytes).digest('hex')) throw new Error('sha256 of ' + n);
  if (hex(hmac(bytes, bytes)) !== crypto.createHmac('sha256', bytes).update(bytes).digest('hex')) throw new Error('hmac of ' + n);
}
