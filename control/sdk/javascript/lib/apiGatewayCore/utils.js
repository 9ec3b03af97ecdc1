// What the other files share: checks and small copies.
(function (root) {
  'use strict';
  var apiGateway = (root.apiGateway = root.apiGateway || {});
  var core = (apiGateway.core = apiGateway.core || {});

  core.utils = {
    assertDefined: function (value, name) {
      if (value === undefined || value === null) {
        throw new Error(name + ' must be defined');
      }
      return value;
    },
    assertParametersDefined: function (params, names) {
      names.forEach(function (name) {
        core.utils.assertDefined(params[name], name);
      });
    },
    // The members of params that are named and defined.
    parseParametersToObject: function (params, names) {
      var out = {};
      names.forEach(function (name) {
        if (params[name] !== undefined && params[name] !== null) {
          out[name] = params[name];
        }
      });
      return out;
    },
    mergeInto: function (base, additional) {
      return Object.assign({}, base, additional);
    },
    // Whether there is something to send.
    hasBody: function (body) {
      if (body === undefined || body === null || body === '') {
        return false;
      }
      if (typeof body !== 'object' || core.utils.isBytes(body) || Array.isArray(body)) {
        return true;
      }
      return Object.keys(body).length > 0;
    },
    isBytes: function (body) {
      return body instanceof ArrayBuffer || ArrayBuffer.isView(body);
    }
  };
})(typeof globalThis !== 'undefined' ? globalThis : window);
