// TextEncoder, TextDecoder, atob and btoa.
(function (core) {
  'use strict';
  const { Bytes, Decoder, Encoder, bytesOf } = core;
  const native = new Encoder();
  const lossy = new Decoder();
  const LABELS = new Map();
  const ENCODINGS = {
    'utf-8': 'unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8',
    'utf-16le': 'csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le',
    'utf-16be': 'unicodefffe utf-16be',
    'windows-1252':
      'ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 ' +
      'iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252',
  };
  for (const name in ENCODINGS) for (const label of ENCODINGS[name].split(' ')) LABELS.set(label, name);
  const WINDOWS_1252 =
    '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
    '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

  function utf8Encode(text) {
    return native.encode(text);
  }

  function utf8Decode(bytes) {
    return lossy.decode(bytes);
  }

  class TextEncoder {
    get encoding() {
      return 'utf-8';
    }
    encode(input = '') {
      return native.encode(String(input).toWellFormed());
    }
    encodeInto(source, destination) {
      if (!(destination instanceof Uint8Array)) throw new TypeError('encodeInto: the destination is not a Uint8Array');
      const text = String(source).toWellFormed();
      let read = 0;
      let written = 0;
      for (const character of text) {
        const bytes = native.encode(character);
        if (written + bytes.length > destination.length) break;
        destination.set(bytes, written);
        written += bytes.length;
        read += character.length;
      }
      return { read, written };
    }
    get [Symbol.toStringTag]() {
      return 'TextEncoder';
    }
  }

  class TextDecoder {
    #encoding;
    #fatal;
    #ignoreBOM;
    #decoder;
    #streaming = false;

    constructor(label = 'utf-8', options) {
      const name = LABELS.get(String(label).replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, '').toLowerCase());
      if (name === undefined) throw new RangeError(`the encoding ${JSON.stringify(String(label))} is not supported`);
      const given = options ?? {};
      this.#encoding = name;
      this.#fatal = Boolean(given.fatal);
      this.#ignoreBOM = Boolean(given.ignoreBOM);
      this.#decoder = null;
    }
    get encoding() {
      return this.#encoding;
    }
    get fatal() {
      return this.#fatal;
    }
    get ignoreBOM() {
      return this.#ignoreBOM;
    }
    decode(input, options) {
      const bytes = input === undefined ? [new ArrayBuffer(0), 0, 0] : bytesOf(input);
      if (bytes === undefined) throw new TypeError('decode: the input is neither a buffer nor a view');
      const view = new Bytes(bytes[0], bytes[1], bytes[2]);
      if (this.#encoding === 'windows-1252') return single(view);
      const stream = options !== undefined && options !== null && Boolean(options.stream);
      if (!this.#streaming || this.#decoder === null) {
        this.#decoder = new Decoder(this.#encoding, { fatal: this.#fatal, ignoreBOM: this.#ignoreBOM });
      }
      this.#streaming = stream;
      try {
        return this.#decoder.decode(view, { stream });
      } catch (error) {
        this.#decoder = null;
        throw error;
      }
    }
    get [Symbol.toStringTag]() {
      return 'TextDecoder';
    }
  }

  function single(bytes) {
    let text = '';
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      text += byte >= 0x80 && byte < 0xa0 ? WINDOWS_1252[byte - 0x80] : String.fromCharCode(byte);
    }
    return text;
  }

  // ---- base64

  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const VALUES = new Map([...ALPHABET].map((c, i) => [c, i]));

  function invalidCharacter(message) {
    return new (core.load('events').DOMException)(message, 'InvalidCharacterError');
  }

  function btoa(data) {
    if (arguments.length === 0) throw new TypeError('btoa: 1 argument needed');
    const text = String(data);
    let out = '';
    for (let i = 0; i < text.length; i += 3) {
      const a = text.charCodeAt(i);
      const b = i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
      const c = i + 2 < text.length ? text.charCodeAt(i + 2) : 0;
      if (a > 255 || b > 255 || c > 255) throw invalidCharacter('btoa: a character is beyond Latin-1');
      out += ALPHABET[a >> 2] + ALPHABET[((a & 3) << 4) | (b >> 4)];
      out += i + 1 < text.length ? ALPHABET[((b & 15) << 2) | (c >> 6)] : '=';
      out += i + 2 < text.length ? ALPHABET[c & 63] : '=';
    }
    return out;
  }

  function atob(data) {
    if (arguments.length === 0) throw new TypeError('atob: 1 argument needed');
    let text = String(data).replace(/[\t\n\f\r ]/g, '');
    if (text.length % 4 === 0) text = text.replace(/==?$/, '');
    if (text.length % 4 === 1) throw invalidCharacter('atob: the length is not that of base64');
    let out = '';
    let bits = 0;
    let count = 0;
    for (let i = 0; i < text.length; i++) {
      const value = VALUES.get(text[i]);
      if (value === undefined) throw invalidCharacter('atob: a character is not of base64');
      bits = ((bits << 6) | value) & 0xffffff;
      count += 6;
      if (count >= 8) {
        count -= 8;
        out += String.fromCharCode((bits >> count) & 255);
      }
    }
    return out;
  }

  return { TextEncoder, TextDecoder, atob, btoa, utf8Encode, utf8Decode };
});
