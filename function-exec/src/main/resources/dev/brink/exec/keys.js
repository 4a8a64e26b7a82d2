// CryptoKey, and JSON Web Keys. The key material stays with the host.
(function (core) {
  'use strict';
  const { slots, sealed, unseal } = core;
  const { failure, text } = core.load('algorithms');
  const { expose } = core.load('crypto');
  const TOKEN = {};
  const USAGES = ['encrypt', 'decrypt', 'sign', 'verify', 'deriveKey', 'deriveBits', 'wrapKey', 'unwrapKey'];

  const $CryptoKey = slots('CryptoKey');

  class CryptoKey {
    [$CryptoKey] = { parts: undefined };

    constructor(token, parts) {
      if (token !== TOKEN) throw new TypeError('Illegal constructor');
      this[$CryptoKey].parts = sealed(parts);
    }
    get type() {
      return unseal(this[$CryptoKey].parts).type;
    }
    get extractable() {
      return unseal(this[$CryptoKey].parts).extractable;
    }
    get algorithm() {
      const parts = unseal(this[$CryptoKey].parts);
      return (parts.shownAlgorithm ??= shown(parts));
    }
    get usages() {
      const parts = unseal(this[$CryptoKey].parts);
      return (parts.shownUsages ??= [...parts.usages]);
    }
  }
  expose(CryptoKey, 'CryptoKey');

  function isKey(value) {
    return typeof value === 'object' && value !== null && $CryptoKey in value;
  }

  function partsOf(key, what) {
    if (!isKey(key)) throw new TypeError(`${what}: not a CryptoKey`);
    return unseal(key[$CryptoKey].parts);
  }

  function shown({ name, hash, length, curve, modulusLength, publicExponent }) {
    const algorithm = { name };
    if (curve !== undefined) algorithm.namedCurve = curve;
    if (modulusLength !== undefined) Object.assign(algorithm, { modulusLength, publicExponent });
    if (hash !== undefined) algorithm.hash = { name: hash };
    if (length !== undefined) algorithm.length = length;
    return algorithm;
  }

  /** A key of `parts`: type, extractable, usages, material, name and what else its algorithm shows. */
  function makeKey(parts) {
    return new CryptoKey(TOKEN, parts);
  }

  core.cloners.push({
    is: isKey,
    clone: (key) => makeKey({ ...partsOf(key, 'key'), shownAlgorithm: undefined, shownUsages: undefined }),
  });

  /** Web IDL's sequence of KeyUsage, each once, in the standard's order. */
  function usagesOf(given) {
    if (typeof given !== 'object' || given === null) throw new TypeError('keyUsages: not a sequence');
    const usages = [];
    for (const each of given) {
      const usage = text(each, 'keyUsages');
      if (!USAGES.includes(usage)) throw new TypeError(`keyUsages: ${usage} is not a usage`);
      usages.push(usage);
    }
    return USAGES.filter((usage) => usages.includes(usage));
  }

  function requireOnly(usages, allowed) {
    for (const usage of usages) {
      if (!allowed.includes(usage)) throw failure(`keyUsages: the key is not for ${usage}`, 'SyntaxError');
    }
  }

  function requireSome(usages) {
    if (usages.length === 0) throw failure('keyUsages: none', 'SyntaxError');
  }

  // ---- JSON Web Keys

  const TEXTS = ['alg', 'crv', 'd', 'dp', 'dq', 'e', 'k', 'kty', 'n', 'p', 'q', 'qi', 'use', 'x', 'y'];
  const MATERIAL = ['crv', 'd', 'dp', 'dq', 'e', 'k', 'n', 'p', 'q', 'qi', 'x', 'y'];

  /** Web IDL's dictionary JsonWebKey. */
  function jwkOf(given) {
    if (given !== undefined && given !== null && typeof given !== 'object' && typeof given !== 'function') {
      throw new TypeError('keyData: not a JSON Web Key');
    }
    const jwk = { __proto__: null };
    const source = given ?? {};
    for (const name of TEXTS) {
      const value = source[name];
      if (value !== undefined) jwk[name] = text(value, name);
    }
    if (source.ext !== undefined) jwk.ext = Boolean(source.ext);
    if (source.key_ops !== undefined) jwk.key_ops = sequence(source.key_ops, 'key_ops').map((each) => text(each, 'key_ops'));
    if (source.oth !== undefined) jwk.oth = sequence(source.oth, 'oth');
    return jwk;
  }

  function sequence(given, what) {
    if (typeof given !== 'object' || given === null) throw new TypeError(`${what}: not a sequence`);
    return [...given];
  }

  /** What holds for all kinds; `use` is what the kind's keys are for: "sig" or "enc". */
  function checkJwk(jwk, kty, use, usages, extractable) {
    if (jwk.kty !== kty) throw failure(`kty: ${String(jwk.kty)} (expected: ${kty})`, 'DataError');
    if (usages.length > 0 && jwk.use !== undefined && jwk.use !== use) {
      throw failure(`use: ${jwk.use} (expected: ${use})`, 'DataError');
    }
    if (jwk.key_ops !== undefined) {
      if (new Set(jwk.key_ops).size !== jwk.key_ops.length) throw failure('key_ops: one is there twice', 'DataError');
      if (usages.some((usage) => !jwk.key_ops.includes(usage))) {
        throw failure('key_ops: does not allow the usages', 'DataError');
      }
    }
    if (jwk.ext === false && extractable) throw failure('ext: the key is not extractable', 'DataError');
  }

  /** The members that hold the key, as the host reads them. */
  function linesOf(jwk) {
    let lines = '';
    for (const name of MATERIAL) {
      if (jwk[name] === undefined) continue;
      if (jwk[name].includes('\n')) throw failure(`${name}: not base64url`, 'DataError');
      lines += `${name}\n${jwk[name]}\n`;
    }
    return lines;
  }

  function ofLines(lines, parts, alg) {
    const jwk = {};
    const split = lines.split('\n');
    for (let i = 0; i + 1 < split.length; i += 2) jwk[split[i]] = split[i + 1];
    if (alg !== undefined) jwk.alg = alg;
    return Object.assign(jwk, { key_ops: [...parts.usages], ext: parts.extractable });
  }

  return { CryptoKey, isKey, partsOf, makeKey, usagesOf, requireOnly, requireSome, jwkOf, checkJwk, linesOf, ofLines };
});
