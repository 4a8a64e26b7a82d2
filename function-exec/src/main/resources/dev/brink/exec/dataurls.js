// What the global fetch brings of a data: URL: the Fetch Standard, sections 4.2 and 6.
(function (core) {
  'use strict';
  const { host, load, Bytes } = core;
  const { serialized } = load('mime');
  const BASE64 = /; *base64$/i;
  const HEX = /^[0-9a-f]{2}$/i;
  const PERCENT = 37;

  function answer(request) {
    const { method, url, signal } = request;
    signal.throwIfAborted();
    const fragment = url.indexOf('#');
    const whole = url.slice('data:'.length, fragment < 0 ? undefined : fragment);
    const comma = whole.indexOf(',');
    if (comma < 0) throw new TypeError('fetch: a data: URL without a comma');
    let type = whole.slice(0, comma).replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, '');
    let bytes = percentDecoded(whole.slice(comma + 1));
    if (BASE64.test(type)) {
      bytes = fromBase64(bytes);
      type = type.replace(BASE64, '');
    }
    const shown = serialized(type.startsWith(';') ? `text/plain${type}` : type);
    const headers = `200\nOK\ncontent-type\n${shown === '' ? 'text/plain;charset=US-ASCII' : shown}\n`;
    return load('responses').local(headers, url, method === 'HEAD' ? null : bytes);
  }

  /** The bytes of a text of ASCII. */
  function percentDecoded(text) {
    const bytes = new Bytes(text.length);
    let length = 0;
    for (let i = 0; i < text.length; i++) {
      let byte = text.charCodeAt(i);
      if (byte === PERCENT && HEX.test(text.slice(i + 1, i + 3))) {
        byte = Number.parseInt(text.slice(i + 1, i + 3), 16);
        i += 2;
      }
      bytes[length++] = byte;
    }
    return bytes.slice(0, length);
  }

  function fromBase64(encoded) {
    let text = '';
    for (let i = 0; i < encoded.length; i++) text += String.fromCharCode(encoded[i]);
    const decoded = host.fromBase64(text);
    if (decoded === null) throw new TypeError('fetch: a data: URL that is not base64');
    const bytes = new Bytes(decoded.length);
    for (let i = 0; i < decoded.length; i++) bytes[i] = decoded.charCodeAt(i);
    return bytes;
  }

  return { answer };
});
