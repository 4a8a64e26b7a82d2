// Hashes that answer at once: what node:crypto has of the host.
(function (core) {
  'use strict';
  const { host, bytesOf, Bytes } = core;
  const { utf8Encode } = core.load('encoding');

  /** So much at once: between two pieces a function can be ended. */
  const PIECE = 1 << 20;

  const { min } = Math;

  function over(port) {
    return {
      update(data) {
        const [buffer, offset, length] = bytesOf(data);
        for (let at = 0; at < length; at += PIECE) port.update(buffer, offset + at, min(PIECE, length - at));
      },
      digest: () => new Bytes(port.digest()).slice(),
      copy: () => over(port.copy()),
    };
  }

  /** A hash by its name; null for none. */
  function hash(name) {
    const port = host.hash(name);
    return port === null ? null : over(port);
  }

  function hmac(name, key) {
    let [buffer, offset, length] = bytesOf(key);
    if (length > PIECE) {
      // What is longer than a block of the hash is hashed first (RFC 2104): here, in pieces.
      const hashed = hash(name);
      if (hashed === null) return null;
      hashed.update(key);
      [buffer, offset, length] = bytesOf(hashed.digest());
    }
    const port = host.hmac(name, buffer, offset, length);
    return port === null ? null : over(port);
  }

  return { hash, hmac, bytesOf: (data) => (bytesOf(data) === undefined ? undefined : data), utf8: (text) => utf8Encode(text.toWellFormed()) };
});
