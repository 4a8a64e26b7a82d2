const MAX_TOKEN_LENGTH = 8_192;
const MIN_KEY_BYTES = 32;
const CLOCK_SKEW_SECONDS = 5;
const ALGORITHM = { name: 'HMAC', hash: 'SHA-256' };

/** Why a token is refused: a code for programs, a sentence for people. */
export class InvalidToken extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * The claims of a JSON Web Token (RFC 7519) signed with HS256. Refuses one with another algorithm, a
 * wrong signature, no expiry or one that has passed, a start that has not come, or no subject.
 */
export async function verify(token, secret, nowSeconds) {
  const parts = token.split('.');
  if (parts.length !== 3 || token.length > MAX_TOKEN_LENGTH) {
    throw new InvalidToken('token-malformed', 'The token is not three parts of at most 8192 characters.');
  }
  const [header, payload, signature] = parts;
  checkHeader(json(header));
  const signed = new TextEncoder().encode(`${header}.${payload}`);
  // verify compares in constant time.
  if (!(await crypto.subtle.verify('HMAC', await key(secret), bytes(signature), signed))) {
    throw new InvalidToken('signature-invalid', 'The signature does not fit the token.');
  }
  const claims = json(payload);
  checkClaims(claims, nowSeconds);
  return claims;
}

let imported;
let importedFrom;

async function key(secret) {
  if (importedFrom !== secret) {
    const raw = new TextEncoder().encode(secret);
    if (raw.length < MIN_KEY_BYTES) throw new Error('KEY: too short (expected: 32 bytes or more)');
    imported = await crypto.subtle.importKey('raw', raw, ALGORITHM, false, ['verify']);
    importedFrom = secret;
  }
  return imported;
}

function checkHeader(header) {
  if (header.alg !== 'HS256') {
    throw new InvalidToken('algorithm-not-allowed', 'The token is not signed with HS256.');
  }
  if (header.crit !== undefined) {
    throw new InvalidToken('header-not-understood', 'The token has critical header fields.');
  }
}

function checkClaims({ exp, nbf, sub }, now) {
  if (!Number.isFinite(exp)) throw new InvalidToken('expiry-missing', 'The token has no exp.');
  if (now >= exp + CLOCK_SKEW_SECONDS) {
    throw new InvalidToken('token-expired', `The token expired ${Math.floor(now - exp)} s ago.`);
  }
  if (nbf !== undefined && !Number.isFinite(nbf)) {
    throw new InvalidToken('token-malformed', 'The token’s nbf is not a number.');
  }
  if (nbf > now + CLOCK_SKEW_SECONDS) {
    throw new InvalidToken('token-not-yet-valid', `The token is valid in ${Math.ceil(nbf - now)} s.`);
  }
  if (typeof sub !== 'string' || !/^[\x21-\x7e]{1,256}$/.test(sub)) {
    throw new InvalidToken('subject-missing', 'The token’s sub is not 1 to 256 visible characters.');
  }
}

function bytes(part) {
  if (!/^[A-Za-z0-9_-]+$/.test(part) || part.length % 4 === 1) {
    throw new InvalidToken('token-malformed', 'A part of the token is not base64url.');
  }
  const text = atob(part.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function json(part) {
  const decoded = bytes(part);
  let value;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(decoded));
  } catch {
    throw new InvalidToken('token-malformed', 'A part of the token is not JSON.');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new InvalidToken('token-malformed', 'A part of the token is not a JSON object.');
  }
  return value;
}
