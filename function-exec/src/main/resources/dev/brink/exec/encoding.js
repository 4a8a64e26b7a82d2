// TextEncoder, TextDecoder, atob and btoa. UTF-8 and UTF-16 are the engine's, the legacy encodings the host's.
(function (core) {
  'use strict';
  const { host, Bytes, Decoder, Encoder, bytesOf, load, slots } = core;
  const { expose, needed, usv, dictionary } = load('idl');
  const { apply } = Reflect;
  const { encode: nativeEncode } = Encoder.prototype;
  const { decode: nativeDecode } = Decoder.prototype;
  const typeName = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;
  const encoder = new Encoder();
  const NATIVE = { 'utf-8': true, 'utf-16le': true, 'utf-16be': true };

  function utf8Encode(text) {
    return apply(nativeEncode, encoder, [text]);
  }

  function utf8Decode(bytes) {
    return apply(nativeDecode, new Decoder(), [bytes]);
  }

  const $TextEncoder = slots('TextEncoder');

  class TextEncoder {
    [$TextEncoder] = { here: true };

    get encoding() {
      this[$TextEncoder].here;
      return 'utf-8';
    }
    encode(input = '') {
      this[$TextEncoder].here;
      return utf8Encode(usv(input));
    }
    encodeInto(source, destination) {
      this[$TextEncoder].here;
      needed('encodeInto', arguments.length, 2);
      const text = usv(source);
      if (!ArrayBuffer.isView(destination) || apply(typeName, destination, []) !== 'Uint8Array') {
        throw new TypeError('encodeInto: the destination is not a Uint8Array');
      }
      return encodeInto(text, destination);
    }
  }
  expose(TextEncoder);

  function encodeInto(text, destination) {
    const room = destination.length;
    let read = 0;
    let written = 0;
    while (read < text.length) {
      const point = text.codePointAt(read);
      const size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      if (written + size > room) break;
      if (size === 1) {
        destination[written] = point;
      } else {
        let shift = 6 * (size - 1);
        destination[written] = (0xf00 >> size & 0xff) | (point >> shift);
        for (let i = 1; i < size; i++) {
          shift -= 6;
          destination[written + i] = 0x80 | (point >> shift & 0x3f);
        }
      }
      written += size;
      read += size === 4 ? 2 : 1;
    }
    return { read, written };
  }

  const $TextDecoder = slots('TextDecoder');

  class TextDecoder {
    [$TextDecoder] = { encoding: undefined, fatal: undefined, ignoreBOM: undefined, decoder: null };

    constructor(label = 'utf-8', options = undefined) {
      const text = `${label}`;
      const given = dictionary('TextDecoder: options', options);
      const name = text === 'utf-8' ? text : host.encoding(text.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, ''));
      if (name === null || name === 'replacement') throw new RangeError(`the encoding ${JSON.stringify(text)} is not supported`);
      this[$TextDecoder].encoding = name;
      this[$TextDecoder].fatal = !!given.fatal;
      this[$TextDecoder].ignoreBOM = !!given.ignoreBOM;
    }
    get encoding() {
      return this[$TextDecoder].encoding;
    }
    get fatal() {
      return this[$TextDecoder].fatal;
    }
    get ignoreBOM() {
      return this[$TextDecoder].ignoreBOM;
    }
    decode(input = undefined, options = undefined) {
      const encoding = this[$TextDecoder].encoding;
      const bytes = input === undefined ? [new ArrayBuffer(0), 0, 0] : bytesOf(input);
      if (bytes === undefined) throw new TypeError('decode: the input is neither a buffer nor a view');
      const stream = !!dictionary('decode: options', options).stream;
      const native = NATIVE[encoding] === true;
      if (this[$TextDecoder].decoder === null) {
        const how = { fatal: this[$TextDecoder].fatal, ignoreBOM: this[$TextDecoder].ignoreBOM };
        this[$TextDecoder].decoder = native ? new Decoder(encoding, how) : core.sealed(host.decoder(encoding));
      }
      if (!native) {
        const text = core.unseal(this[$TextDecoder].decoder).decode(bytes[0], bytes[1], bytes[2], !stream, this[$TextDecoder].fatal);
        if (text === null) throw new TypeError(`the bytes are not ${encoding}`);
        return text;
      }
      try {
        return apply(nativeDecode, this[$TextDecoder].decoder, [new Bytes(bytes[0], bytes[1], bytes[2]), { stream }]);
      } catch (error) {
        this[$TextDecoder].decoder = null;
        throw error;
      }
    }
  }
  expose(TextDecoder);

  // ---- base64

  function invalidCharacter(message) {
    return new (core.load('events').DOMException)(message, 'InvalidCharacterError');
  }

  function btoa(data) {
    if (arguments.length === 0) throw new TypeError('btoa: 1 argument needed');
    const out = host.toBase64(`${data}`);
    if (out === null) throw invalidCharacter('btoa: a character is beyond Latin-1');
    return out;
  }

  function atob(data) {
    if (arguments.length === 0) throw new TypeError('atob: 1 argument needed');
    const out = host.fromBase64(`${data}`);
    if (out === null) throw invalidCharacter('atob: the text is not base64');
    return out;
  }

  return { TextEncoder, TextDecoder, atob, btoa, utf8Encode, utf8Decode };
});
