// Proxy as the engine has it, and which objects are such: nothing in the language tells.
(function (core) {
  'use strict';
  const { defineProperty } = Object;
  const { apply } = Reflect;
  const { Proxy: NativeProxy } = core;
  const { revocable: makeRevocable } = NativeProxy;
  const made = new WeakSet();
  const { add, has } = WeakSet.prototype;

  function isProxy(value) {
    return apply(has, made, [value]);
  }

  function make(target, handler) {
    if (new.target === undefined) throw new TypeError('Proxy: to be called with new');
    const proxy = new NativeProxy(target, handler);
    apply(add, made, [proxy]);
    return proxy;
  }

  // What is bound has no prototype, which Proxy has not either.
  const bound = make.bind();
  defineProperty(bound, 'name', { value: 'Proxy', configurable: true });
  const { revocable } = {
    revocable(target, handler) {
      const both = makeRevocable(target, handler);
      apply(add, made, [both.proxy]);
      return both;
    },
  };
  defineProperty(bound, 'revocable', { value: revocable, writable: true, enumerable: false, configurable: true });

  return { Proxy: bound, isProxy };
});
