// Signs requests with AWS Signature Version 4 for the service execute-api.
(function (root) {
  'use strict';
  var apiGateway = (root.apiGateway = root.apiGateway || {});
  var core = (apiGateway.core = apiGateway.core || {});
  var ALGORITHM = 'AWS4-HMAC-SHA256';

  // The time as 20060102T150405Z.
  function timestamp(date) {
    return date.toISOString().replace(/[:-]|\.\d{3}/g, '');
  }

  function compare(a, b) {
    return a < b ? -1 : a > b ? 1 : 0;
  }

  core.sigV4ClientFactory = {
    newClient: function (config) {
      core.utils.assertDefined(config.accessKey, 'accessKey');
      core.utils.assertDefined(config.secretKey, 'secretKey');
      var service = config.serviceName || 'execute-api';
      var hash = core.hash;
      var encode = root.uritemplate.encode;

      // request has verb, url (a URL), query (a list of pairs), headers and body
      // (bytes or undefined). The result is its headers with the signature.
      function sign(request, now) {
        var time = timestamp(now || new Date());
        var signed = { host: request.url.host, 'x-amz-date': time };
        if (config.sessionToken) {
          signed['x-amz-security-token'] = config.sessionToken;
        }
        Object.keys(request.headers).forEach(function (name) {
          if (name.toLowerCase() === 'x-api-key') {
            signed['x-api-key'] = String(request.headers[name]).trim().replace(/\s+/g, ' ');
          }
        });
        var names = Object.keys(signed).sort();
        var query = request.query
          .map(function (pair) {
            return [encode(pair[0]), encode(pair[1])];
          })
          .sort(function (a, b) {
            return compare(a[0], b[0]) || compare(a[1], b[1]);
          })
          .map(function (pair) {
            return pair.join('=');
          })
          .join('&');
        var canonical = [
          request.verb,
          request.url.pathname.replace(/\/+/g, '/').split('/').map(encode).join('/'),
          query,
          names
            .map(function (name) {
              return name + ':' + signed[name] + '\n';
            })
            .join(''),
          names.join(';'),
          hash.hex(hash.sha256(request.body || new Uint8Array(0)))
        ].join('\n');
        var scope = [time.slice(0, 8), config.region, service, 'aws4_request'].join('/');
        var key = hash.utf8('AWS4' + config.secretKey);
        scope.split('/').forEach(function (part) {
          key = hash.hmac(key, hash.utf8(part));
        });
        var text = [ALGORITHM, time, scope, hash.hex(hash.sha256(hash.utf8(canonical)))].join('\n');
        var out = Object.assign({}, request.headers);
        out['X-Amz-Date'] = time;
        if (config.sessionToken) {
          out['X-Amz-Security-Token'] = config.sessionToken;
        }
        out.Authorization =
          ALGORITHM + ' Credential=' + config.accessKey + '/' + scope + ', SignedHeaders=' + names.join(';') +
          ', Signature=' + hash.hex(hash.hmac(key, hash.utf8(text)));
        return out;
      }

      return { sign: sign };
    }
  };
})(typeof globalThis !== 'undefined' ? globalThis : window);
