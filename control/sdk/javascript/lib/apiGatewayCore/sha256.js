// SHA-256 and HMAC-SHA-256 over bytes (FIPS 180-4, RFC 2104), also where a page
// has no WebCrypto because it did not come over HTTPS.
(function (root) {
  'use strict';
  var apiGateway = (root.apiGateway = root.apiGateway || {});
  var core = (apiGateway.core = apiGateway.core || {});

  // The first 32 bits of the fractions of the roots of the first primes.
  function fractions(count, power) {
    var out = [];
    for (var n = 2; out.length < count; n++) {
      var prime = true;
      for (var d = 2; d * d <= n; d++) {
        if (n % d === 0) {
          prime = false;
        }
      }
      if (prime) {
        var value = Math.pow(n, power);
        out.push(((value - Math.floor(value)) * 4294967296) >>> 0);
      }
    }
    return out;
  }
  var K = fractions(64, 1 / 3);
  var START = fractions(8, 1 / 2);

  function rotate(x, n) {
    return (x >>> n) | (x << (32 - n));
  }

  function sha256(bytes) {
    var length = bytes.length;
    var padded = new Uint8Array(((length + 8) >> 6) * 64 + 64);
    padded.set(bytes);
    padded[length] = 0x80;
    var view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, Math.floor(length / 536870912));
    view.setUint32(padded.length - 4, (length << 3) >>> 0);
    var h = START.slice();
    var w = new Array(64);
    for (var at = 0; at < padded.length; at += 64) {
      var i;
      for (i = 0; i < 64; i++) {
        if (i < 16) {
          w[i] = view.getUint32(at + 4 * i);
          continue;
        }
        var s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ (w[i - 15] >>> 3);
        var s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ (w[i - 2] >>> 10);
        w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
      }
      var v = h.slice();
      for (i = 0; i < 64; i++) {
        var e = v[4];
        var t1 = (v[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & v[5]) ^ (~e & v[6])) + K[i] + w[i]) | 0;
        var a = v[0];
        var t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]))) | 0;
        v = [(t1 + t2) | 0, a, v[1], v[2], (v[3] + t1) | 0, e, v[5], v[6]];
      }
      for (i = 0; i < 8; i++) {
        h[i] = (h[i] + v[i]) | 0;
      }
    }
    var out = new Uint8Array(32);
    var result = new DataView(out.buffer);
    h.forEach(function (word, i) {
      result.setUint32(4 * i, word >>> 0);
    });
    return out;
  }

  function join(a, b) {
    var out = new Uint8Array(a.length + b.length);
    out.set(a);
    out.set(b, a.length);
    return out;
  }

  function hmac(key, bytes) {
    if (key.length > 64) {
      key = sha256(key);
    }
    var inner = new Uint8Array(64);
    var outer = new Uint8Array(64);
    for (var i = 0; i < 64; i++) {
      inner[i] = 0x36 ^ (key[i] || 0);
      outer[i] = 0x5c ^ (key[i] || 0);
    }
    return sha256(join(outer, sha256(join(inner, bytes))));
  }

  core.hash = {
    sha256: sha256,
    hmac: hmac,
    utf8: function (text) {
      return new TextEncoder().encode(text);
    },
    hex: function (bytes) {
      return Array.prototype.map
        .call(bytes, function (b) {
          return (b < 16 ? '0' : '') + b.toString(16);
        })
        .join('');
    }
  };
})(typeof globalThis !== 'undefined' ? globalThis : window);
