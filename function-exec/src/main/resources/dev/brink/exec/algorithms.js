// Web Cryptography's algorithms: which there are, what each takes, and how a function's object
// becomes one of them ("normalizing an algorithm", section 18.4).
(function (core) {
  'use strict';
  const { bytesOf, Bytes } = core;

  function failure(message, name) {
    return new (core.load('events').DOMException)(message, name);
  }

  // ---- Web IDL's conversions

  /** A copy of a buffer's or view's bytes, as an ArrayBuffer. */
  function buffer(value, what) {
    const bytes = bytesOf(value);
    if (bytes === undefined) throw new TypeError(`${what}: neither a buffer nor a view`);
    if (bytes[0].detached) return new ArrayBuffer(0);
    return new Bytes(bytes[0], bytes[1], bytes[2]).slice().buffer;
  }

  function integer(max) {
    return (value, what) => {
      const number = Math.trunc(+value);
      if (!(number >= 0 && number <= max)) throw new TypeError(`${what}: ${String(value)} (expected: 0 to ${max})`);
      return number + 0;
    };
  }
  const octet = integer(0xff);
  const short = integer(0xffff);
  const long = integer(0xffffffff);

  function text(value, what) {
    if (typeof value === 'symbol') throw new TypeError(`${what}: a symbol (expected: a string)`);
    return String(value);
  }

  function bigInteger(value, what) {
    if (!(value instanceof Uint8Array)) throw new TypeError(`${what}: not a Uint8Array`);
    return buffer(value, what);
  }

  function cryptoKey(value, what) {
    if (!core.load('keys').isKey(value)) throw new TypeError(`${what}: not a CryptoKey`);
    return value;
  }

  function hash(value) {
    return normalize('digest', value).name;
  }

  // ---- dictionaries: members in Web IDL's order, "?" for those that may be missing

  const AES_KEY = { length: short };
  const HASH = { hash };
  const RSA_KEY = { modulusLength: long, publicExponent: bigInteger, hash };
  const CURVE = { namedCurve: text };
  const HMAC_KEY = { hash, 'length?': long };
  const KEY = { public: cryptoKey };
  const HKDF = { hash, info: buffer, salt: buffer };
  const PBKDF2 = { hash, iterations: long, salt: buffer };
  const CBC = { iv: buffer };
  const CTR = { counter: buffer, length: octet };
  const GCM = { 'additionalData?': buffer, iv: buffer, 'tagLength?': octet };
  const OAEP = { 'label?': buffer };
  const PSS = { saltLength: long };
  const CONTEXT = { 'context?': buffer };
  const NONE = {};

  const aes = (parameters) => ({
    ...parameters, generateKey: AES_KEY, importKey: NONE, exportKey: NONE, 'get key length': AES_KEY,
  });
  const cipher = (parameters) => aes({ encrypt: parameters, decrypt: parameters });
  const rsa = (parameters) => ({ ...parameters, generateKey: RSA_KEY, importKey: HASH, exportKey: NONE });
  const signer = (parameters) => ({ sign: parameters, verify: parameters });
  const curve = (parameters) => ({ ...parameters, generateKey: NONE, importKey: NONE, exportKey: NONE });
  const DIGEST = { digest: NONE };

  const ALGORITHMS = {
    'SHA-1': DIGEST,
    'SHA-256': DIGEST,
    'SHA-384': DIGEST,
    'SHA-512': DIGEST,
    HMAC: { ...signer(NONE), generateKey: HMAC_KEY, importKey: HMAC_KEY, exportKey: NONE, 'get key length': HMAC_KEY },
    'AES-CBC': cipher(CBC),
    'AES-CTR': cipher(CTR),
    'AES-GCM': cipher(GCM),
    'AES-KW': aes({ wrapKey: NONE, unwrapKey: NONE }),
    'RSASSA-PKCS1-v1_5': rsa(signer(NONE)),
    'RSA-PSS': rsa(signer(PSS)),
    'RSA-OAEP': rsa({ encrypt: OAEP, decrypt: OAEP }),
    ECDSA: { ...signer(HASH), generateKey: CURVE, importKey: CURVE, exportKey: NONE },
    ECDH: { deriveBits: KEY, generateKey: CURVE, importKey: CURVE, exportKey: NONE },
    Ed25519: curve(signer(NONE)),
    Ed448: curve(signer(CONTEXT)),
    X25519: curve({ deriveBits: KEY }),
    X448: curve({ deriveBits: KEY }),
    HKDF: { deriveBits: HKDF, importKey: NONE, 'get key length': NONE },
    PBKDF2: { deriveBits: PBKDF2, importKey: NONE, 'get key length': NONE },
  };
  const NAMES = new Map(Object.keys(ALGORITHMS).map((name) => [name.toLowerCase(), name]));

  /** What a function gave for `operation`, as a plain object of its own. */
  function normalize(operation, given) {
    const object = (typeof given === 'object' && given !== null) || typeof given === 'function';
    const source = object ? given : { name: text(given, 'algorithm') };
    if (source.name === undefined) throw new TypeError('algorithm: without a name');
    const name = NAMES.get(text(source.name, 'name').toLowerCase());
    const members = name === undefined ? undefined : ALGORITHMS[name][operation];
    if (members === undefined) throw failure(`${text(source.name, 'name')} is not supported here`, 'NotSupportedError');
    const algorithm = { __proto__: null, name };
    for (const member in members) {
      const optional = member.endsWith('?');
      const key = optional ? member.slice(0, -1) : member;
      const value = source[key];
      if (value !== undefined) algorithm[key] = members[member](value, key);
      else if (!optional) throw new TypeError(`${key}: missing`);
    }
    return algorithm;
  }

  return { normalize, failure, buffer, long, text };
});
