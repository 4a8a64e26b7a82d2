// TextDecoderStream and TextEncoderStream.
(function (core) {
  'use strict';
  const { load, bytesOf, slots } = core;
  const { create } = load('transforms');
  const { expose } = load('idl');
  const { TextDecoder, utf8Encode } = load('encoding');
  const { decode } = TextDecoder.prototype;
  const { apply } = Reflect;
  const { toWellFormed } = String.prototype;

  const $TextDecoderStream = slots('TextDecoderStream');

  class TextDecoderStream {
    [$TextDecoderStream] = { decoder: undefined, ends: undefined };

    constructor(label = 'utf-8', options = undefined) {
      const decoder = new TextDecoder(label, options);
      const more = { stream: true };
      this[$TextDecoderStream].decoder = decoder;
      this[$TextDecoderStream].ends = create(
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
      return this[$TextDecoderStream].decoder.encoding;
    }
    get fatal() {
      return this[$TextDecoderStream].decoder.fatal;
    }
    get ignoreBOM() {
      return this[$TextDecoderStream].decoder.ignoreBOM;
    }
    get readable() {
      return this[$TextDecoderStream].ends.readable;
    }
    get writable() {
      return this[$TextDecoderStream].ends.writable;
    }
  }
  expose(TextDecoderStream);

  const $TextEncoderStream = slots('TextEncoderStream');

  class TextEncoderStream {
    [$TextEncoderStream] = { ends: undefined };

    constructor() {
      let high = '';
      this[$TextEncoderStream].ends = create(
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
      this[$TextEncoderStream].ends;
      return 'utf-8';
    }
    get readable() {
      return this[$TextEncoderStream].ends.readable;
    }
    get writable() {
      return this[$TextEncoderStream].ends.writable;
    }
  }
  expose(TextEncoderStream);

  return { TextDecoderStream, TextEncoderStream };
});
