// crypto: random values, digests and HMAC, computed by the host.
(function (core) {
  'use strict';
  const { host, bytesOf, Bytes } = core;
  const TOKEN = {};
  const QUOTA = 65536;
  const HASHES = new Map([
    ['sha-1', ['SHA-1', 64, 'HS1']],
    ['sha-256', ['SHA-256', 64, 'HS256']],
    ['sha-384', ['SHA-384', 128, 'HS384']],
    ['sha-512', ['SHA-512', 128, 'HS512']],
  ]);
  const USAGES = ['encrypt', 'decrypt', 'sign', 'verify', 'deriveKey', 'deriveBits', 'wrapKey', 'unwrapKey'];

  function failure(message, name) {
    return new (core.load('events').DOMException)(message, name);
  }

  function hashOf(given) {
    const name = typeof given === 'object' && given !== null ? given.name : given;
    if (name === undefined) throw new TypeError('an algorithm name is needed');
    const hash = HASHES.get(String(name).toLowerCase());
    if (hash === undefined) throw failure(`${String(name)} is not a supported hash`, 'NotSupportedError');
    return hash;
  }

  function hmacOnly(given) {
    const name = typeof given === 'object' && given !== null ? given.name : given;
    if (name === undefined) throw new TypeError('an algorithm name is needed');
    if (String(name).toUpperCase() !== 'HMAC') throw failure(`${String(name)} is not supported`, 'NotSupportedError');
    return given;
  }

  /** A copy of the bytes of a buffer or view. */
  function copyOf(data, what) {
    const bytes = bytesOf(data);
    if (bytes === undefined) throw new TypeError(`${what} is neither a buffer nor a view`);
    return new Bytes(bytes[0], bytes[1], bytes[2]).slice();
  }

  function usagesOf(given, allowed) {
    const usages = [...given].map(String);
    for (const usage of usages) {
      if (!USAGES.includes(usage)) throw new TypeError(`${usage} is not a key usage`);
      if (!allowed.includes(usage)) throw failure(`an HMAC key is not for ${usage}`, 'SyntaxError');
    }
    return USAGES.filter((usage) => usages.includes(usage));
  }

  let secretOf;

  class CryptoKey {
    #secret;
    #type;
    #extractable;
    #algorithm;
    #usages;

    static {
      secretOf = (key) => {
        if (typeof key !== 'object' || key === null || !(#secret in key)) throw new TypeError('not a CryptoKey');
        return key.#secret;
      };
    }

    constructor(token, secret, hash, length, extractable, usages) {
      if (token !== TOKEN) throw new TypeError('Illegal constructor');
      this.#secret = secret;
      this.#type = 'secret';
      this.#extractable = extractable;
      this.#algorithm = { name: 'HMAC', hash: { name: hash }, length };
      this.#usages = usages;
    }
    get type() {
      return this.#type;
    }
    get extractable() {
      return this.#extractable;
    }
    get algorithm() {
      return this.#algorithm;
    }
    get usages() {
      return this.#usages;
    }
    get [Symbol.toStringTag]() {
      return 'CryptoKey';
    }
  }

  const toUrl = (text) => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  const fromUrl = (text) => text.replaceAll('-', '+').replaceAll('_', '/');

  function base64Url(bytes) {
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return toUrl(core.load('encoding').btoa(text));
  }

  function fromBase64Url(text) {
    let binary;
    try {
      binary = core.load('encoding').atob(fromUrl(String(text)));
    } catch {
      throw failure('k is not base64url', 'DataError');
    }
    return Bytes.from(binary, (c) => c.charCodeAt(0));
  }

  function jwkSecret(jwk, hash, extractable, usages) {
    if (typeof jwk !== 'object' || jwk === null) throw new TypeError('the key data is not a JSON Web Key');
    if (jwk.kty !== 'oct') throw failure('kty: oct expected', 'DataError');
    if (jwk.k === undefined) throw failure('k: missing', 'DataError');
    if (jwk.alg !== undefined && jwk.alg !== hash[2]) throw failure(`alg: ${hash[2]} expected`, 'DataError');
    if (jwk.use !== undefined && usages.length > 0 && jwk.use !== 'sig') throw failure('use: sig expected', 'DataError');
    if (jwk.key_ops !== undefined && usages.some((usage) => !jwk.key_ops.includes(usage))) {
      throw failure('key_ops: does not allow the usages', 'DataError');
    }
    if (jwk.ext === false && extractable) throw failure('ext: the key is not extractable', 'DataError');
    return fromBase64Url(jwk.k);
  }

  function mac(key, data) {
    const secret = secretOf(key);
    return new Bytes(host.hmac(key.algorithm.hash.name, secret.buffer, secret.byteLength, data.buffer, data.byteLength));
  }

  function requireUsage(key, algorithm, usage) {
    hmacOnly(algorithm);
    secretOf(key);
    if (!key.usages.includes(usage)) throw failure(`the key is not for ${usage}`, 'InvalidAccessError');
  }

  class SubtleCrypto {
    constructor(token) {
      if (token !== TOKEN) throw new TypeError('Illegal constructor');
    }

    async digest(algorithm, data) {
      const [name] = hashOf(algorithm);
      const bytes = copyOf(data, 'the data');
      return new Bytes(host.digest(name, bytes.buffer, bytes.byteLength)).buffer;
    }

    async importKey(format, data, algorithm, extractable, keyUsages) {
      const hash = hashOf(hmacOnly(algorithm).hash);
      const usages = usagesOf(keyUsages, ['sign', 'verify']);
      if (usages.length === 0) throw failure('a secret key needs usages', 'SyntaxError');
      let secret;
      if (format === 'raw') secret = copyOf(data, 'the key data');
      else if (format === 'jwk') secret = jwkSecret(data, hash, extractable, usages);
      else throw failure(`format: ${String(format)} (expected: raw or jwk)`, 'NotSupportedError');
      if (secret.byteLength === 0) throw failure('the key is empty', 'DataError');
      const bits = secret.byteLength * 8;
      const { length } = algorithm;
      if (length !== undefined && (length > bits || length <= bits - 8)) throw failure('length does not fit the key', 'DataError');
      return new CryptoKey(TOKEN, secret, hash[0], length ?? bits, Boolean(extractable), usages);
    }

    async generateKey(algorithm, extractable, keyUsages) {
      const hash = hashOf(hmacOnly(algorithm).hash);
      const usages = usagesOf(keyUsages, ['sign', 'verify']);
      if (usages.length === 0) throw failure('a secret key needs usages', 'SyntaxError');
      const bits = algorithm.length ?? hash[1] * 8;
      if (!(bits > 0) || bits > QUOTA * 8) throw failure('length: a number of bits expected', 'OperationError');
      const secret = new Bytes(host.random(Math.ceil(bits / 8)));
      return new CryptoKey(TOKEN, secret, hash[0], bits, Boolean(extractable), usages);
    }

    async exportKey(format, key) {
      const secret = secretOf(key);
      if (!key.extractable) throw failure('the key is not extractable', 'InvalidAccessError');
      if (format === 'raw') return secret.slice().buffer;
      if (format !== 'jwk') throw failure(`format: ${String(format)} (expected: raw or jwk)`, 'NotSupportedError');
      const alg = HASHES.get(key.algorithm.hash.name.toLowerCase())[2];
      return { kty: 'oct', k: base64Url(secret), alg, key_ops: [...key.usages], ext: true };
    }

    async sign(algorithm, key, data) {
      requireUsage(key, algorithm, 'sign');
      return mac(key, copyOf(data, 'the data')).buffer;
    }

    async verify(algorithm, key, signature, data) {
      requireUsage(key, algorithm, 'verify');
      const given = copyOf(signature, 'the signature');
      const expected = mac(key, copyOf(data, 'the data'));
      let difference = given.byteLength ^ expected.byteLength;
      for (let i = 0; i < expected.byteLength; i++) difference |= (given[i] ?? 0) ^ expected[i];
      return difference === 0;
    }

    get [Symbol.toStringTag]() {
      return 'SubtleCrypto';
    }
  }

  const INTEGER_ARRAYS = new Set([
    'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array',
    'Uint32Array', 'BigInt64Array', 'BigUint64Array',
  ]);

  class Crypto {
    #subtle = new SubtleCrypto(TOKEN);
    constructor(token) {
      if (token !== TOKEN) throw new TypeError('Illegal constructor');
    }
    get subtle() {
      return this.#subtle;
    }
    getRandomValues(array) {
      if (!ArrayBuffer.isView(array) || !INTEGER_ARRAYS.has(array[Symbol.toStringTag])) {
        throw failure('getRandomValues: not an array of integers', 'TypeMismatchError');
      }
      const [buffer, offset, length] = bytesOf(array);
      if (length > QUOTA) throw failure(`getRandomValues: more than ${QUOTA} bytes`, 'QuotaExceededError');
      new Bytes(buffer, offset, length).set(new Bytes(host.random(length)));
      return array;
    }
    randomUUID() {
      return host.uuid();
    }
    get [Symbol.toStringTag]() {
      return 'Crypto';
    }
  }

  return { crypto: new Crypto(TOKEN), Crypto, SubtleCrypto, CryptoKey };
});
