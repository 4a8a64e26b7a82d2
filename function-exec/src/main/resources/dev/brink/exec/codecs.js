// TextDecoderStream and TextEncoderStream.
(function (core) {
  'use strict';
  const { load, bytesOf } = core;
  const { create } = load('transforms');
  const { expose } = load('idl');
  const { TextDecoder, utf8Encode } = load('encoding');
  const { decode } = TextDecoder.prototype;
  const { apply } = Reflect;
  const { toWellFormed } = String.prototype;

  class TextDecoderStream {
    #decoder;
    #ends;
    constructor(label = 'utf-8', options = undefined) {
      const decoder = new TextDecoder(label, options);
      const more = { stream: true };
      this.#decoder = decoder;
      this.#ends = create(
        (chunk, enqueue) => {
          if (bytesOf(chunk) === undefined) throw new TypeError('a chunk is neither a buffer nor a view');
          const text = apply(decode, decoder, [chunk, more]);
          if (text !== '') enqueue(text);
        },
        (enqueue) => {
          const text = apply(decode, decoder, []);
          if (text !== '') enqueue(text);
        },
      );
    }
    get encoding() {
      return this.#decoder.encoding;
    }
    get fatal() {
      return this.#decoder.fatal;
    }
    get ignoreBOM() {
      return this.#decoder.ignoreBOM;
    }
    get readable() {
      return this.#ends.readable;
    }
    get writable() {
      return this.#ends.writable;
    }
  }
  expose(TextDecoderStream);

  class TextEncoderStream {
    #ends;
    constructor() {
      let high = '';
      this.#ends = create(
        (chunk, enqueue) => {
          let text = high + `${chunk}`;
          high = '';
          const last = text.length === 0 ? 0 : text.charCodeAt(text.length - 1);
          if (last >= 0xd800 && last <= 0xdbff) {
            high = text[text.length - 1];
            text = text.slice(0, -1);
          }
          if (text !== '') enqueue(utf8Encode(apply(toWellFormed, text, [])));
        },
        (enqueue) => {
          if (high !== '') enqueue(utf8Encode('\ufffd'));
        },
      );
    }
    get encoding() {
      this.#ends;
      return 'utf-8';
    }
    get readable() {
      return this.#ends.readable;
    }
    get writable() {
      return this.#ends.writable;
    }
  }
  expose(TextEncoderStream);

  return { TextDecoderStream, TextEncoderStream };
});
