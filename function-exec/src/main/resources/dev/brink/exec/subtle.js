// crypto.subtle: the methods of SubtleCrypto, section 14 of Web Cryptography, Level 2. Arguments
// are checked and copied here; the host computes.
(function (core) {
  'use strict';
  const { host, bytesOf, Bytes, slots } = core;
  const { normalize, failure, long, text } = core.load('algorithms');
  const { partsOf, makeKey, usagesOf, requireSome, jwkOf, isKey } = core.load('keys');
  const { expose } = core.load('crypto');
  const port = host.crypto();
  const TOKEN = {};
  const FORMATS = ['raw', 'spki', 'pkcs8', 'jwk'];
  const TAG_LENGTHS = [32, 64, 96, 104, 112, 120, 128];
  const EMPTY = [null, 0, 0];

  /** Has the host do `operation`; `data` is a [buffer, offset, length]. */
  function compute(operation, given, data = EMPTY) {
    return new Promise((resolve, reject) => {
      const id = core.register((how, payload, detail) => {
        if (how === core.RESOLVED) resolve(detail === null || detail === undefined ? payload : [payload, detail]);
        else if (how === core.FAILED) reject(failure(payload, detail));
        else if (how !== core.DROPPED) reject(core.failure(how, payload));
      });
      if (!port.start(id, operation, given, data[0], data[1], data[2])) {
        core.unregister(id);
        reject(failure('not possible here: outside of a request, or too much at once', 'OperationError'));
      }
    });
  }

  const toBuffer = (bytes) => new Bytes(bytes).slice().buffer;

  /** [buffer, offset, length] of an argument. */
  function bufferSource(value, what) {
    const bytes = bytesOf(value);
    if (bytes === undefined) throw new TypeError(`${what}: neither a buffer nor a view`);
    return bytes;
  }

  function requireArguments(given, count, method) {
    if (given.length < count) throw new TypeError(`${method}: ${given.length} arguments (expected: ${count})`);
  }

  function formatOf(given) {
    const format = text(given, 'format');
    if (!FORMATS.includes(format)) throw new TypeError(`format: ${format} (expected: ${FORMATS.join(', ')})`);
    return format;
  }

  function requireUse(algorithm, parts, usage) {
    if (algorithm.name !== parts.name) throw failure(`the key is for ${parts.name}`, 'InvalidAccessError');
    if (!parts.usages.includes(usage)) throw failure(`the key is not for ${usage}`, 'InvalidAccessError');
  }

  function cipherArguments(algorithm, parts) {
    if (algorithm.name === 'AES-GCM') {
      algorithm.tagLength ??= 128;
      if (!TAG_LENGTHS.includes(algorithm.tagLength)) {
        throw failure(`tagLength: ${algorithm.tagLength} (expected: ${TAG_LENGTHS.join(', ')})`, 'OperationError');
      }
    }
    return { ...algorithm, key: parts.material, hash: parts.hash };
  }

  async function encrypt(algorithm, parts, data) {
    return toBuffer(await compute('encrypt', cipherArguments(algorithm, parts), data));
  }

  async function decrypt(algorithm, parts, data) {
    return toBuffer(await compute('decrypt', cipherArguments(algorithm, parts), data));
  }

  function signerArguments(algorithm, parts) {
    return { ...algorithm, key: parts.material, hash: algorithm.hash ?? parts.hash };
  }

  // ---- derivation

  async function derive(algorithm, parts, length) {
    return algorithm.name === 'HKDF' || algorithm.name === 'PBKDF2'
      ? stretch(algorithm, parts, length)
      : agree(algorithm, parts, length);
  }

  async function stretch(algorithm, parts, length) {
    if (length === null || length % 8 !== 0) {
      throw failure(`length: ${length} (expected: a multiple of 8)`, 'OperationError');
    }
    if (algorithm.iterations === 0) throw failure('iterations: 0', 'OperationError');
    if (length === 0) return new ArrayBuffer(0);
    return toBuffer(await compute('deriveBits', { ...algorithm, key: parts.material, bytes: length / 8 }));
  }

  async function agree(algorithm, parts, length) {
    const other = partsOf(algorithm.public, 'public');
    if (parts.type !== 'private') throw failure('the base key is not a private key', 'InvalidAccessError');
    if (other.type !== 'public') throw failure('public: not a public key', 'InvalidAccessError');
    if (other.name !== parts.name || other.curve !== parts.curve) {
      throw failure('public: not on the same curve', 'InvalidAccessError');
    }
    const secret = toBuffer(
      await compute('deriveBits', { name: algorithm.name, key: parts.material, public: other.material }));
    if (length === null) return secret;
    if (length > secret.byteLength * 8) {
      throw failure(`length: ${length} (expected: at most ${secret.byteLength * 8})`, 'OperationError');
    }
    const bytes = new Bytes(secret.slice(0, Math.ceil(length / 8)));
    if (length % 8 !== 0) bytes[bytes.length - 1] &= 0xff << (8 - (length % 8));
    return bytes.buffer;
  }

  // ---- keys in and out

  async function importKey(format, data, algorithm, extractable, usages) {
    const key = await core.load('keykinds').importKey(compute, port, format, data, algorithm, extractable, usages);
    if (key.type !== 'public') requireSome(usages);
    return makeKey(key);
  }

  async function exportKey(format, parts) {
    normalize('exportKey', parts.name);
    if (!parts.extractable) throw failure('the key is not extractable', 'InvalidAccessError');
    const exported = await core.load('keykinds').exportKey(compute, format, parts);
    return format === 'jwk' ? exported : toBuffer(exported);
  }

  function keyData(format, given) {
    if (format === 'jwk') {
      if (bytesOf(given) !== undefined) throw new TypeError('keyData: bytes (expected: a JSON Web Key)');
      return jwkOf(given);
    }
    const bytes = bytesOf(given);
    if (bytes === undefined) throw new TypeError('keyData: neither a buffer nor a view');
    return [new Bytes(bytes[0], bytes[1], bytes[2]).slice().buffer, 0, bytes[2]];
  }

  function normalizeEither(operation, otherwise, algorithm) {
    try {
      return normalize(operation, algorithm);
    } catch {
      return normalize(otherwise, algorithm);
    }
  }

  function fromJson(bytes) {
    const { utf8Decode } = core.load('encoding');
    let jwk;
    try {
      jwk = JSON.parse(utf8Decode(new Bytes(bytes)));
    } catch {
      throw failure('the key is not JSON', 'DataError');
    }
    if (typeof jwk !== 'object' || jwk === null) throw failure('the key is not a JSON Web Key', 'DataError');
    try {
      return jwkOf(jwk);
    } catch (error) {
      throw failure(error.message, 'DataError');
    }
  }

  const $SubtleCrypto = slots('SubtleCrypto');

  class SubtleCrypto {
    [$SubtleCrypto] = { token: undefined };

    constructor(token) {
      if (token !== TOKEN) throw new TypeError('Illegal constructor');
      this[$SubtleCrypto].token = token;
    }

    async encrypt(algorithm, key, data) {
      this[$SubtleCrypto].token;
      requireArguments(arguments, 3, 'encrypt');
      const parts = partsOf(key, 'key');
      const bytes = bufferSource(data, 'data');
      const normal = normalize('encrypt', algorithm);
      requireUse(normal, parts, 'encrypt');
      return encrypt(normal, parts, bytes);
    }

    async decrypt(algorithm, key, data) {
      this[$SubtleCrypto].token;
      requireArguments(arguments, 3, 'decrypt');
      const parts = partsOf(key, 'key');
      const bytes = bufferSource(data, 'data');
      const normal = normalize('decrypt', algorithm);
      requireUse(normal, parts, 'decrypt');
      return decrypt(normal, parts, bytes);
    }

    async sign(algorithm, key, data) {
      this[$SubtleCrypto].token;
      requireArguments(arguments, 3, 'sign');
      const parts = partsOf(key, 'key');
      const bytes = bufferSource(data, 'data');
      const normal = normalize('sign', algorithm);
      requireUse(normal, parts, 'sign');
      return toBuffer(await compute('sign', signerArguments(normal, parts), bytes));
    }

    async verify(algorithm, key, signature, data) {
      this[$SubtleCrypto].token;
      requireArguments(arguments, 4, 'verify');
      const parts = partsOf(key, 'key');
      const signed = bufferSource(signature, 'signature');
      const bytes = bufferSource(data, 'data');
      const normal = normalize('verify', algorithm);
      requireUse(normal, parts, 'verify');
      const given = signerArguments(normal, parts);
      given.signature = new Bytes(signed[0], signed[1], signed[2]).slice().buffer;
      return compute('verify', given, bytes);
    }

    async digest(algorithm, data) {
      this[$SubtleCrypto].token;
      requireArguments(arguments, 2, 'digest');
      const bytes = bufferSource(data, 'data');
      const { name } = normalize('digest', algorithm);
      return toBuffer(await compute('digest', { hash: name }, bytes));
    }

    /** As on Cloudflare Workers: whether two buffers of one length are the same, in a time that does not tell. */
    timingSafeEqual(a, b) {
      this[$SubtleCrypto].token;
      requireArguments(arguments, 2, 'timingSafeEqual');
      const [one, other] = [bufferSource(a, 'a'), bufferSource(b, 'b')].map((part) => new Bytes(part[0], part[1], part[2]));
      if (one.length !== other.length) throw new TypeError('timingSafeEqual: buffers of different lengths');
      let difference = 0;
      for (let i = 0; i < one.length; i++) difference |= one[i] ^ other[i];
      return difference === 0;
    }

    async generateKey(algorithm, extractable, keyUsages) {
      this[$SubtleCrypto].token;
      requireArguments(arguments, 3, 'generateKey');
      const usages = usagesOf(keyUsages);
      const normal = normalize('generateKey', algorithm);
      const made = await core.load('keykinds').generateKey(compute, normal, Boolean(extractable), usages);
      if (made.type !== undefined) return makeKey(made);
      return { publicKey: makeKey(made.publicKey), privateKey: makeKey(made.privateKey) };
    }

    async deriveKey(algorithm, baseKey, derivedKeyType, extractable, keyUsages) {
      this[$SubtleCrypto].token;
      requireArguments(arguments, 5, 'deriveKey');
      const parts = partsOf(baseKey, 'baseKey');
      const usages = usagesOf(keyUsages);
      const normal = normalize('deriveBits', algorithm);
      const imported = normalize('importKey', derivedKeyType);
      const length = core.load('keykinds').lengthOf(normalize('get key length', derivedKeyType));
      requireUse(normal, parts, 'deriveKey');
      const bits = await derive(normal, parts, length);
      return importKey('raw', [bits, 0, bits.byteLength], imported, Boolean(extractable), usages);
    }

    async deriveBits(algorithm, baseKey, length = null) {
      this[$SubtleCrypto].token;
      requireArguments(arguments, 2, 'deriveBits');
      const parts = partsOf(baseKey, 'baseKey');
      const bits = length === null ? null : long(length, 'length');
      const normal = normalize('deriveBits', algorithm);
      requireUse(normal, parts, 'deriveBits');
      return derive(normal, parts, bits);
    }

    async importKey(format, keyDataGiven, algorithm, extractable, keyUsages) {
      this[$SubtleCrypto].token;
      requireArguments(arguments, 5, 'importKey');
      const kind = formatOf(format);
      const usages = usagesOf(keyUsages);
      const normal = normalize('importKey', algorithm);
      return importKey(kind, keyData(kind, keyDataGiven), normal, Boolean(extractable), usages);
    }

    async exportKey(format, key) {
      this[$SubtleCrypto].token;
      requireArguments(arguments, 2, 'exportKey');
      return exportKey(formatOf(format), partsOf(key, 'key'));
    }

    async wrapKey(format, key, wrappingKey, wrapAlgorithm) {
      this[$SubtleCrypto].token;
      requireArguments(arguments, 4, 'wrapKey');
      const kind = formatOf(format);
      const parts = partsOf(key, 'key');
      const wrapping = partsOf(wrappingKey, 'wrappingKey');
      const normal = normalizeEither('wrapKey', 'encrypt', wrapAlgorithm);
      requireUse(normal, wrapping, 'wrapKey');
      let exported = await exportKey(kind, parts);
      if (kind === 'jwk') exported = core.load('encoding').utf8Encode(JSON.stringify(exported)).buffer;
      return encrypt(normal, wrapping, [exported, 0, exported.byteLength]);
    }

    async unwrapKey(format, wrappedKey, unwrappingKey, unwrapAlgorithm, unwrappedKeyAlgorithm, extractable, keyUsages) {
      this[$SubtleCrypto].token;
      requireArguments(arguments, 7, 'unwrapKey');
      const kind = formatOf(format);
      const wrapped = bufferSource(wrappedKey, 'wrappedKey');
      const unwrapping = partsOf(unwrappingKey, 'unwrappingKey');
      const usages = usagesOf(keyUsages);
      const normal = normalizeEither('unwrapKey', 'decrypt', unwrapAlgorithm);
      const imported = normalize('importKey', unwrappedKeyAlgorithm);
      requireUse(normal, unwrapping, 'unwrapKey');
      const bytes = await decrypt(normal, unwrapping, wrapped);
      const data = kind === 'jwk' ? fromJson(bytes) : [bytes, 0, bytes.byteLength];
      return importKey(kind, data, imported, Boolean(extractable), usages);
    }
  }
  expose(SubtleCrypto, 'SubtleCrypto');
  Object.defineProperty(SubtleCrypto.prototype, 'timingSafeEqual', { enumerable: false });

  return { subtle: new SubtleCrypto(TOKEN), SubtleCrypto };
});
