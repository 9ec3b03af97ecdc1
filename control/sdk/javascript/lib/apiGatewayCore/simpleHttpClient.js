// Sends a request with fetch and turns the answer into a result: what is JSON is
// parsed, an answer that is no success rejects.
(function (root) {
  'use strict';
  var apiGateway = (root.apiGateway = root.apiGateway || {});
  var core = (apiGateway.core = apiGateway.core || {});

  function parsed(text) {
    try {
      return JSON.parse(text);
    } catch (notJSON) {
      return text;
    }
  }

  core.simpleHttpClientFactory = {
    newClient: function () {
      return {
        send: function (request) {
          return fetch(request.url.href, {
            method: request.verb,
            headers: request.headers,
            body: request.body
          }).then(function (answer) {
            return answer.text().then(function (text) {
              var headers = {};
              answer.headers.forEach(function (value, name) {
                headers[name] = value;
              });
              var result = {
                status: answer.status,
                statusText: answer.statusText,
                data: parsed(text),
                headers: headers,
                config: { method: request.verb.toLowerCase(), url: request.url.href, headers: request.headers }
              };
              if (answer.status >= 200 && answer.status < 300) {
                return result;
              }
              var error = new Error('Request failed with status code ' + answer.status);
              throw Object.assign(error, result, { response: result });
            });
          });
        }
      };
    }
  };
})(typeof globalThis !== 'undefined' ? globalThis : window);
