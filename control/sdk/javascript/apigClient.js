// The client: apigClientFactory.newClient(config) has one function for each
// method of the API. In Node.js this file is required, in a web page it comes
// after those that it requires here.
(function (root) {
  'use strict';
  if (typeof module === 'object' && module.exports) {
    require('./lib/url-template/url-template.js');
    require('./lib/apiGatewayCore/utils.js');
    require('./lib/apiGatewayCore/sha256.js');
    require('./lib/apiGatewayCore/sigV4Client.js');
    require('./lib/apiGatewayCore/simpleHttpClient.js');
    require('./lib/apiGatewayCore/apiGatewayClient.js');
  }
  var core = root.apiGateway.core;
  var utils = core.utils;

  var methods = /*METHODS*/{};

  // What a missing required parameter throws rejects, like any failure.
  function functionOf(method, client) {
    return function (params, body, additionalParams) {
      try {
        params = params || {};
        utils.assertParametersDefined(params, method.required);
        return client.makeRequest(
          {
            verb: method.verb,
            path: root.uritemplate(method.path).expand(utils.parseParametersToObject(params, method.pathParams)),
            queryParams: utils.parseParametersToObject(params, method.queryParams),
            headers: utils.parseParametersToObject(params, method.headerParams),
            body: body
          },
          additionalParams
        );
      } catch (error) {
        return Promise.reject(error);
      }
    };
  }

  var apigClientFactory = {
    newClient: function (given) {
      var config = Object.assign(
        {
          accessKey: '',
          secretKey: '',
          sessionToken: '',
          apiKey: '',
          region: /*REGION*/'',
          invokeUrl: /*INVOKE_URL*/'',
          defaultContentType: 'application/json',
          defaultAcceptType: 'application/json'
        },
        given
      );
      var client = core.apiGatewayClientFactory.newClient(config);
      var apigClient = {};
      Object.keys(methods).forEach(function (name) {
        apigClient[name] = functionOf(methods[name], client);
      });
      return apigClient;
    }
  };

  root.apigClientFactory = apigClientFactory;
  if (typeof module === 'object' && module.exports) {
    module.exports = apigClientFactory;
  }
})(typeof globalThis !== 'undefined' ? globalThis : window);
