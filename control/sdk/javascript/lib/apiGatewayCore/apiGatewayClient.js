// Makes a request of what a function of the client was given, and sends it,
// signed if there are credentials.
(function (root) {
  'use strict';
  var apiGateway = (root.apiGateway = root.apiGateway || {});
  var core = (apiGateway.core = apiGateway.core || {});

  function has(headers, wanted) {
    return Object.keys(headers).some(function (name) {
      return name.toLowerCase() === wanted;
    });
  }

  // A list as a value means several of the same name.
  function pairs(params) {
    var out = [];
    Object.keys(params).forEach(function (name) {
      [].concat(params[name]).forEach(function (value) {
        if (value !== undefined && value !== null) {
          out.push([name, String(value)]);
        }
      });
    });
    return out;
  }

  core.apiGatewayClientFactory = {
    newClient: function (config) {
      var utils = core.utils;
      var encode = root.uritemplate.encode;
      var http = core.simpleHttpClientFactory.newClient(config);
      var signer = config.accessKey && config.secretKey ? core.sigV4ClientFactory.newClient(config) : null;

      return {
        // request has verb, path, headers, queryParams and body.
        makeRequest: function (request, additionalParams) {
          additionalParams = additionalParams || {};
          var headers = {};
          var given = utils.mergeInto(request.headers, additionalParams.headers);
          Object.keys(given).forEach(function (name) {
            if (given[name] !== undefined && given[name] !== null) {
              headers[name] = String(given[name]);
            }
          });
          if (config.apiKey && !has(headers, 'x-api-key')) {
            headers['x-api-key'] = config.apiKey;
          }
          if (!has(headers, 'accept')) {
            headers.Accept = config.defaultAcceptType;
          }
          var body;
          if (utils.hasBody(request.body)) {
            if (!has(headers, 'content-type')) {
              headers['Content-Type'] = config.defaultContentType;
            }
            if (utils.isBytes(request.body)) {
              body = request.body instanceof ArrayBuffer
                ? new Uint8Array(request.body)
                : new Uint8Array(request.body.buffer, request.body.byteOffset, request.body.byteLength);
            } else {
              body = core.hash.utf8(typeof request.body === 'string' ? request.body : JSON.stringify(request.body));
            }
          }
          var query = pairs(utils.mergeInto(request.queryParams, additionalParams.queryParams));
          var url = new URL(config.invokeUrl.replace(/\/+$/, '') + request.path);
          if (query.length > 0) {
            url.search = query
              .map(function (pair) {
                return encode(pair[0]) + '=' + encode(pair[1]);
              })
              .join('&');
          }
          var message = { verb: request.verb, url: url, query: query, headers: headers, body: body };
          if (signer) {
            message.headers = signer.sign(message);
          }
          return http.send(message);
        }
      };
    }
  };
})(typeof globalThis !== 'undefined' ? globalThis : window);
