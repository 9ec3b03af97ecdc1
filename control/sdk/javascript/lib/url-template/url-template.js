// Fills the variables of a path: {name} with one part, {name+} with several.
(function (root) {
  'use strict';

  function encode(text) {
    return encodeURIComponent(text).replace(/[!'()*]/g, function (c) {
      return '%' + c.charCodeAt(0).toString(16).toUpperCase();
    });
  }

  function uritemplate(template) {
    return {
      expand: function (values) {
        return template.replace(/\{([^{}]+?)(\+?)\}/g, function (all, name, greedy) {
          var value = String(values[name] === undefined || values[name] === null ? '' : values[name]);
          return greedy ? value.split('/').map(encode).join('/') : encode(value);
        });
      }
    };
  }

  uritemplate.encode = encode;
  root.uritemplate = uritemplate;
})(typeof globalThis !== 'undefined' ? globalThis : window);
