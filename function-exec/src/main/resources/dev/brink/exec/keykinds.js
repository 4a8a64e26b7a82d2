// How each kind of key is generated, imported and exported: sections 20 to 32 of Web Cryptography.
// Keys are handled as the parts that keys.js makes a CryptoKey of.
(function (core) {
  'use strict';
  const { Bytes } = core;
  const { failure } = core.load('algorithms');
  const { requireOnly, requireSome, checkJwk, linesOf, ofLines } = core.load('keys');
  const SIGN = { use: 'sig', usages: ['sign', 'verify'], publicUsages: ['verify'], privateUsages: ['sign'] };
  const AGREE = { use: 'enc', publicUsages: [], privateUsages: ['deriveKey', 'deriveBits'] };
  const CIPHER = { family: 'oct', use: 'enc', usages: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] };
  const STRETCH = { family: 'oct', usages: ['deriveKey', 'deriveBits'], rawOnly: true };
  const KINDS = {
    HMAC: { ...SIGN, family: 'oct' },
    'AES-CBC': CIPHER,
    'AES-CTR': CIPHER,
    'AES-GCM': CIPHER,
    'AES-KW': { ...CIPHER, usages: ['wrapKey', 'unwrapKey'] },
    HKDF: STRETCH,
    PBKDF2: STRETCH,
    'RSASSA-PKCS1-v1_5': { ...SIGN, family: 'RSA' },
    'RSA-PSS': { ...SIGN, family: 'RSA' },
    'RSA-OAEP': {
      family: 'RSA', use: 'enc', publicUsages: ['encrypt', 'wrapKey'], privateUsages: ['decrypt', 'unwrapKey'],
    },
    ECDSA: { ...SIGN, family: 'EC' },
    ECDH: { ...AGREE, family: 'EC' },
    Ed25519: { ...SIGN, family: 'OKP' },
    Ed448: { ...SIGN, family: 'OKP' },
    X25519: { ...AGREE, family: 'OKP' },
    X448: { ...AGREE, family: 'OKP' },
  };
  const CURVES = ['P-256', 'P-384', 'P-521'];
  const HASH_BITS = { 'SHA-1': 512, 'SHA-256': 512, 'SHA-384': 1024, 'SHA-512': 1024 };
  const ECDSA_CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };
  const MAX_SECRET_BITS = 65536 * 8;

  const curveOf = (kind, algorithm) => (kind.family === 'OKP' ? algorithm.name : algorithm.namedCurve);

  /** What JSON Web Keys call an algorithm (RFC 7518); undefined where they have no name for it. */
  function jwkAlg({ name, hash, length }) {
    const bits = hash?.slice(4);
    switch (name) {
      case 'HMAC': return `HS${bits}`;
      case 'RSASSA-PKCS1-v1_5': return `RS${bits}`;
      case 'RSA-PSS': return `PS${bits}`;
      case 'RSA-OAEP': return bits === '1' ? 'RSA-OAEP' : `RSA-OAEP-${bits}`;
      case 'AES-CBC': case 'AES-CTR': case 'AES-GCM': case 'AES-KW': return `A${length}${name.slice(4)}`;
      default: return undefined;
    }
  }

  function requireCurve(curve) {
    if (!CURVES.includes(curve)) throw failure(`namedCurve: ${curve} (expected: ${CURVES.join(', ')})`, 'NotSupportedError');
  }

  function aesLength(bits, error) {
    if (bits !== 128 && bits !== 192 && bits !== 256) throw failure(`length: ${bits} (expected: 128, 192 or 256)`, error);
    return bits;
  }

  // ---- generating

  async function generateKey(compute, algorithm, extractable, usages) {
    const kind = KINDS[algorithm.name];
    requireOnly(usages, kind.usages ?? [...kind.publicUsages, ...kind.privateUsages]);
    return kind.family === 'oct'
      ? generateSecret(compute, algorithm, extractable, usages)
      : generatePair(compute, kind, algorithm, extractable, usages);
  }

  async function generateSecret(compute, algorithm, extractable, usages) {
    const { name, hash } = algorithm;
    const length = name === 'HMAC'
      ? algorithm.length ?? HASH_BITS[hash]
      : aesLength(algorithm.length, 'OperationError');
    if (length === 0 || length > MAX_SECRET_BITS) throw failure(`length: ${length}`, 'OperationError');
    requireSome(usages);
    const material = await compute('generateSecret', { bytes: Math.ceil(length / 8) });
    return { type: 'secret', name, hash, length, extractable, usages, material };
  }

  async function generatePair(compute, kind, algorithm, extractable, usages) {
    const privateUsages = usages.filter((usage) => kind.privateUsages.includes(usage));
    const publicUsages = usages.filter((usage) => kind.publicUsages.includes(usage));
    const { name, hash, modulusLength, publicExponent } = algorithm;
    const given = { family: kind.family, modulusLength, publicExponent };
    const shown = { name };
    if (kind.family === 'EC') requireCurve(algorithm.namedCurve);
    if (kind.family === 'RSA') {
      requireRsa(modulusLength, new Bytes(publicExponent));
      Object.assign(shown, { hash, modulusLength, publicExponent: new Bytes(publicExponent) });
    } else {
      given.curve = curveOf(kind, algorithm);
      if (kind.family === 'EC') shown.curve = algorithm.namedCurve;
    }
    requireSome(privateUsages);
    const [publicMaterial, privateMaterial] = await compute('generatePair', given);
    return {
      publicKey: { ...shown, type: 'public', extractable: true, usages: publicUsages, material: publicMaterial },
      privateKey: { ...shown, type: 'private', extractable, usages: privateUsages, material: privateMaterial },
    };
  }

  function requireRsa(bits, exponent) {
    let value = 0;
    for (const byte of exponent) value = value * 256 + byte;
    if (value < 3 || value % 2 === 0 || value > 0xffffffff) throw failure('publicExponent: unusable', 'OperationError');
    if (bits < 1024 || bits > 4096) throw failure(`modulusLength: ${bits} (expected: 1024 to 4096)`, 'OperationError');
  }

  // ---- importing

  function importKey(compute, port, format, data, algorithm, extractable, usages) {
    const kind = KINDS[algorithm.name];
    return kind.family === 'oct'
      ? importSecret(compute, port, kind, format, data, algorithm, extractable, usages)
      : importHalf(compute, port, kind, format, data, algorithm, extractable, usages);
  }

  async function importSecret(compute, port, kind, format, data, algorithm, extractable, usages) {
    const { name, hash } = algorithm;
    if (format !== 'raw' && (format !== 'jwk' || kind.rawOnly)) {
      throw failure(`format: ${format} (expected: raw${kind.rawOnly ? '' : ' or jwk'})`, 'NotSupportedError');
    }
    requireOnly(usages, kind.usages);
    if (kind.rawOnly && extractable) throw failure(`a key for ${name} cannot be extractable`, 'SyntaxError');
    const given = { family: 'oct', format };
    if (format === 'jwk') {
      checkJwk(data, 'oct', kind.use, usages, extractable);
      given.jwk = linesOf(data);
    }
    const material = await compute('import', given, format === 'raw' ? data : undefined);
    const parts = { type: 'secret', name, hash, extractable, usages, material };
    if (!kind.rawOnly) parts.length = secretLength(algorithm, port.bits(material));
    if (format === 'jwk' && data.alg !== undefined && data.alg !== jwkAlg({ ...parts, length: port.bits(material) })) {
      throw failure(`alg: ${data.alg} (expected: ${jwkAlg(parts)})`, 'DataError');
    }
    return parts;
  }

  function secretLength({ name, length }, bits) {
    if (name !== 'HMAC') return aesLength(bits, 'DataError');
    if (bits === 0) throw failure('the key is empty', 'DataError');
    if (length !== undefined && (length > bits || length <= bits - 8)) {
      throw failure(`length: ${length} (expected: that of the key, ${bits})`, 'DataError');
    }
    return length ?? bits;
  }

  async function importHalf(compute, port, kind, format, data, algorithm, extractable, usages) {
    const { name, hash } = algorithm;
    if (format === 'raw' && kind.family === 'RSA') throw failure('format: raw', 'NotSupportedError');
    const isPrivate = format === 'pkcs8' || (format === 'jwk' && data.d !== undefined);
    requireOnly(usages, isPrivate ? kind.privateUsages : kind.publicUsages);
    if (isPrivate) requireSome(usages);
    if (kind.family === 'EC') requireCurve(algorithm.namedCurve);
    const given = { family: kind.family, format, curve: curveOf(kind, algorithm) };
    if (format === 'jwk') {
      checkHalfJwk(kind, data, algorithm, extractable, usages);
      given.jwk = linesOf(data);
    }
    const material = await compute('import', given, format === 'jwk' ? undefined : data);
    const parts = { type: port.isPrivate(material) ? 'private' : 'public', name, hash, extractable, usages, material };
    if (kind.family === 'EC') parts.curve = algorithm.namedCurve;
    if (kind.family === 'RSA') {
      parts.modulusLength = port.bits(material);
      parts.publicExponent = new Bytes(port.publicExponent(material)).slice();
    }
    return parts;
  }

  function checkHalfJwk(kind, jwk, algorithm, extractable, usages) {
    checkJwk(jwk, kind.family, kind.use, usages, extractable);
    if (jwk.oth !== undefined) throw failure('oth: more than two primes are not supported', 'NotSupportedError');
    if (kind.family === 'RSA') {
      if (jwk.alg !== undefined && jwk.alg !== jwkAlg(algorithm)) {
        throw failure(`alg: ${jwk.alg} (expected: ${jwkAlg(algorithm)})`, 'DataError');
      }
      return;
    }
    const curve = curveOf(kind, algorithm);
    if (jwk.crv !== curve) throw failure(`crv: ${String(jwk.crv)} (expected: ${curve})`, 'DataError');
    if (algorithm.name === 'ECDSA' && jwk.alg !== undefined && ECDSA_CURVES[jwk.alg] !== curve) {
      throw failure(`alg: ${jwk.alg} (expected: that of ${curve})`, 'DataError');
    }
  }

  // ---- exporting

  async function exportKey(compute, format, parts) {
    const kind = KINDS[parts.name];
    const secret = parts.type === 'secret';
    if (secret ? format !== 'raw' && format !== 'jwk' : format === 'raw' && kind.family === 'RSA') {
      throw failure(`format: ${format}`, 'NotSupportedError');
    }
    if ((format === 'pkcs8' && parts.type !== 'private') ||
        ((format === 'spki' || (format === 'raw' && !secret)) && parts.type !== 'public')) {
      throw failure(`format: ${format} (expected: one for a ${parts.type} key)`, 'InvalidAccessError');
    }
    const curve = kind.family === 'OKP' ? parts.name : parts.curve;
    const exported = await compute('export', { family: kind.family, format, curve, key: parts.material });
    return format === 'jwk' ? ofLines(exported, parts, jwkAlg(parts)) : exported;
  }

  /** The bits of a key to derive; null for any. */
  function lengthOf({ name, hash, length }) {
    if (name === 'HKDF' || name === 'PBKDF2') return null;
    if (name !== 'HMAC') return aesLength(length, 'OperationError');
    if (length === 0) throw new TypeError('length: 0');
    return length ?? HASH_BITS[hash];
  }

  return { generateKey, importKey, exportKey, lengthOf };
});
