// TextDecoderStream and TextEncoderStream.
(function (core) {
  'use strict';
  const { TransformStream } = core.load('writables');
  const { TextDecoder, utf8Encode } = core.load('encoding');

  class TextDecoderStream {
    #decoder;
    #transform;
    constructor(label, options) {
      const decoder = new TextDecoder(label, options);
      this.#decoder = decoder;
      this.#transform = new TransformStream({
        transform(chunk, controller) {
          const text = decoder.decode(chunk, { stream: true });
          if (text !== '') controller.enqueue(text);
        },
        flush(controller) {
          const text = decoder.decode();
          if (text !== '') controller.enqueue(text);
        },
      });
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
      return this.#transform.readable;
    }
    get writable() {
      return this.#transform.writable;
    }
    get [Symbol.toStringTag]() {
      return 'TextDecoderStream';
    }
  }

  class TextEncoderStream {
    #transform;
    constructor() {
      let high = '';
      this.#transform = new TransformStream({
        transform(chunk, controller) {
          let text = high + String(chunk);
          high = '';
          if (/[\ud800-\udbff]$/.test(text)) {
            high = text.slice(-1);
            text = text.slice(0, -1);
          }
          if (text !== '') controller.enqueue(utf8Encode(text.toWellFormed()));
        },
        flush(controller) {
          if (high !== '') controller.enqueue(utf8Encode('\ufffd'));
        },
      });
    }
    get encoding() {
      return 'utf-8';
    }
    get readable() {
      return this.#transform.readable;
    }
    get writable() {
      return this.#transform.writable;
    }
    get [Symbol.toStringTag]() {
      return 'TextEncoderStream';
    }
  }

  return { TextDecoderStream, TextEncoderStream };
});
