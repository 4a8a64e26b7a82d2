// crypto: random values. The operations on keys are in subtle.js, loaded when asked for.
(function (core) {
  'use strict';
  const { host, bytesOf, Bytes, slots } = core;
  const TOKEN = {};
  const QUOTA = 65536;
  const INTEGER_ARRAYS = new Set([
    'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array',
    'Uint32Array', 'BigInt64Array', 'BigUint64Array',
  ]);
  const typeOf = Object.getOwnPropertyDescriptor(
    Object.getPrototypeOf(Uint8Array).prototype, Symbol.toStringTag).get;

  function failure(message, name) {
    return new (core.load('events').DOMException)(message, name);
  }

  const $Crypto = slots('Crypto');

  class Crypto {
    [$Crypto] = { token: undefined };

    constructor(token) {
      if (token !== TOKEN) throw new TypeError('Illegal constructor');
      this[$Crypto].token = token;
    }
    get subtle() {
      this[$Crypto].token;
      return core.load('subtle').subtle;
    }
    getRandomValues(array) {
      this[$Crypto].token;
      if (!ArrayBuffer.isView(array)) throw new TypeError('getRandomValues: not a view of a buffer');
      if (!INTEGER_ARRAYS.has(Reflect.apply(typeOf, array, []))) {
        throw failure('getRandomValues: not an array of integers', 'TypeMismatchError');
      }
      const [buffer, offset, length] = bytesOf(array);
      if (length > QUOTA) throw failure(`getRandomValues: ${length} bytes (expected: up to ${QUOTA})`, 'QuotaExceededError');
      new Bytes(buffer, offset, length).set(new Bytes(host.random(length)));
      return array;
    }
    randomUUID() {
      this[$Crypto].token;
      return host.uuid();
    }
  }

  /** Properties as Web IDL has them: enumerable, with a tag. */
  function expose(type, name, length = 0) {
    for (const key of Object.getOwnPropertyNames(type.prototype)) {
      if (key === 'constructor') continue;
      Object.defineProperty(type.prototype, key, { enumerable: true });
    }
    Object.defineProperty(type.prototype, Symbol.toStringTag, { value: name, configurable: true });
    Object.defineProperty(type, 'length', { value: length });
  }
  expose(Crypto, 'Crypto');

  const crypto = new Crypto(TOKEN);
  Object.defineProperty(crypto, core.ownKey('brink.node'), { get: () => core.load('hashes') });
  return {
    crypto,
    Crypto,
    expose,
    get SubtleCrypto() {
      return core.load('subtle').SubtleCrypto;
    },
    get CryptoKey() {
      return core.load('keys').CryptoKey;
    },
  };
});
