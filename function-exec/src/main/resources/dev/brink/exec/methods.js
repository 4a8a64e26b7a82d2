// A Java object's methods as async functions: arguments and results are JSON.
(function () {
  'use strict';

  function make(call, { methods }) {
    const face = {};
    for (const name of methods) {
      Object.defineProperty(face, name, {
        enumerable: true,
        value: async (...args) => (await call(name, args)).json,
      });
    }
    return Object.freeze(face);
  }

  return { make };
});
