// node:crypto, as far as Web Cryptography goes: no hashes that answer at once.
const web = globalThis.crypto;

export const webcrypto = web;
export const { subtle } = web;
export const getRandomValues = (array) => web.getRandomValues(array);
export const randomUUID = () => web.randomUUID();

export function randomBytes(size) {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) web.getRandomValues(bytes.subarray(at, at + 65536));
  return bytes;
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
  if (x.length !== y.length) throw new RangeError('timingSafeEqual: buffers of different lengths');
  let difference = 0;
  for (let i = 0; i < x.length; i++) difference |= x[i] ^ y[i];
  return difference === 0;
}

export default { webcrypto, subtle, getRandomValues, randomUUID, randomBytes, randomInt, timingSafeEqual };
