// node:crypto, as far as Web Cryptography goes, and the hashes that answer at once.
import { Buffer } from '/@node/buffer';

const web = globalThis.crypto;
const host = web[Symbol.for('brink.node')];
const state = Symbol('state');

export const webcrypto = web;
export const { subtle } = web;
export const getRandomValues = (array) => web.getRandomValues(array);
export const randomUUID = () => web.randomUUID();

function failure(Type, code, message) {
  return Object.assign(new Type(message), { code });
}

/** Bytes of what Node takes for some. */
function bytesOf(data, encoding, name) {
  if (typeof data === 'string') {
    const plain = encoding === undefined || encoding === 'utf8' || encoding === 'utf-8' || encoding === 'buffer';
    return plain ? host.utf8(data) : Buffer.from(data, encoding === 'base64url' ? 'base64' : encoding);
  }
  const bytes = typeof data === 'object' && data !== null ? host.bytesOf(data) : undefined;
  if (bytes === undefined) {
    throw failure(
      TypeError,
      'ERR_INVALID_ARG_TYPE',
      `The "${name}" argument must be of type string or an instance of Buffer, TypedArray, or DataView.`,
    );
  }
  return bytes;
}

function output(bytes, encoding) {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (encoding === undefined || encoding === null || encoding === 'buffer') return buffer;
  if (encoding !== 'base64url') return buffer.toString(encoding);
  return buffer.toString('base64').replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function requireName(name, what) {
  if (typeof name !== 'string') {
    throw failure(TypeError, 'ERR_INVALID_ARG_TYPE', `The "${what}" argument must be of type string.`);
  }
}

class Running {
  constructor(inner) {
    Object.defineProperty(this, state, { value: { inner, ended: false } });
  }

  update(data, inputEncoding) {
    const { inner, ended } = this[state];
    if (ended) throw failure(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    inner.update(bytesOf(data, inputEncoding, 'data'));
    return this;
  }

  digest(outputEncoding) {
    const own = this[state];
    if (own.ended) throw failure(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    own.ended = true;
    return output(own.inner.digest(), outputEncoding);
  }
}

export class Hash extends Running {
  copy() {
    const { inner, ended } = this[state];
    if (ended) throw failure(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    return new Hash(inner.copy());
  }
}

export class Hmac extends Running {}

export function createHash(algorithm) {
  requireName(algorithm, 'algorithm');
  const inner = host.hash(algorithm);
  if (inner === null) throw failure(Error, 'ERR_OSSL_EVP_UNSUPPORTED', 'Digest method not supported');
  return new Hash(inner);
}

export function createHmac(algorithm, key) {
  requireName(algorithm, 'hmac');
  const inner = host.hmac(algorithm, bytesOf(key, undefined, 'key'));
  if (inner === null) throw failure(Error, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${algorithm}`);
  return new Hmac(inner);
}

export const getHashes = () => ['md5', 'sha1', 'sha256', 'sha384', 'sha512'];

export function randomBytes(size, callback) {
  const bytes = Buffer.from(new Uint8Array(size).buffer);
  for (let at = 0; at < size; at += 65536) web.getRandomValues(bytes.subarray(at, at + 65536));
  if (callback === undefined) return bytes;
  queueMicrotask(() => callback(null, bytes));
  return undefined;
}

export function randomInt(from, to) {
  const [low, high] = to === undefined ? [0, from] : [from, to];
  const range = high - low;
  if (!(range > 0 && range <= 0xffffffff)) throw new RangeError(`randomInt: ${low} to ${high}`);
  const limit = Math.floor(0x100000000 / range) * range;
  const word = new Uint32Array(1);
  do web.getRandomValues(word); while (word[0] >= limit);
  return low + (word[0] % range);
}

export function timingSafeEqual(a, b) {
  const [x, y] = [a, b].map((view) => new Uint8Array(view.buffer ?? view, view.byteOffset ?? 0, view.byteLength));
  if (x.length !== y.length) {
    throw failure(RangeError, 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH', 'Input buffers must have the same byte length');
  }
  return subtle.timingSafeEqual(x, y);
}

export default {
  webcrypto, subtle, getRandomValues, randomUUID, randomBytes, randomInt, timingSafeEqual, createHash, createHmac, getHashes, Hash, Hmac,
};
