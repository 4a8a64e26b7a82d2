// CompressionStream and DecompressionStream: the Compression Standard, with the codecs of the host.
// Output is made as it is asked for, so that little input cannot become much output at once.
(function (core) {
  'use strict';
  const { bytesOf, Bytes, slots } = core;
  const { ReadableStream } = core.load('streams');
  const { WritableStream } = core.load('writables');
  const { expose } = core.load('crypto');
  const port = core.host.compression();
  const FORMATS = ['deflate', 'deflate-raw', 'gzip', 'brotli'];
  const SLICE = 65536;

  const copied = (bytes) => new Bytes(bytes);

  /** The two ends of a codec. */
  function codec(format, compress) {
    let number = 0;
    let writing;
    let reading;
    let asked = false;
    let goOn = () => {};

    function release() {
      if (number > 0) port.close(number);
      number = -1;
    }

    function fail(error) {
      release();
      reading.error(error);
      throw error;
    }

    function open() {
      if (number !== 0) return;
      number = port.open(format, compress);
      if (number < 0) fail(new TypeError('too many compression streams are open'));
    }

    /** The next output there is; null for none. */
    function next() {
      const piece = port.next(number);
      if (piece === null && !compress) {
        const problem = port.problem();
        if (problem !== '') fail(new TypeError(problem));
      }
      return piece;
    }

    function handOn(piece) {
      reading.enqueue(copied(new Bytes(piece)));
    }

    /** Hands on what there is, piece by piece, each when the reader wants it. */
    async function drain(first) {
      for (let piece = first; piece !== null; piece = next()) {
        asked = false;
        handOn(piece);
        if (!asked) await new Promise((resolve) => (goOn = resolve));
        if (number < 0) return;
      }
    }

    function feed(buffer, offset, length) {
      if (!port.feed(number, buffer, offset, length)) fail(new TypeError(port.problem()));
    }

    function write(chunk) {
      const bytes = bytesOf(chunk);
      if (bytes === undefined) fail(new TypeError('the chunk is neither a buffer nor a view'));
      open();
      const [buffer, offset, length] = bytes;
      if (length === 0) return undefined;
      if (length > SLICE) return writeSlices(copied(new Bytes(buffer, offset, length)));
      feed(buffer, offset, length);
      const piece = next();
      return piece === null ? undefined : drain(piece);
    }

    async function writeSlices(bytes) {
      const { buffer, byteOffset, length } = bytes;
      for (let from = 0; from < length; from += SLICE) {
        feed(buffer, byteOffset + from, Math.min(SLICE, length - from));
        await drain(next());
        if (number < 0) return;
      }
    }

    function end() {
      release();
      reading.close();
    }

    function close() {
      open();
      if (!port.finish(number)) fail(new TypeError(port.problem()));
      const piece = next();
      if (piece === null) {
        end();
        return undefined;
      }
      if (!port.over(number)) return closeLater(piece);
      handOn(piece);
      end();
      return undefined;
    }

    async function closeLater(first) {
      await drain(first);
      if (number < 0) return;
      end();
    }

    const readable = new ReadableStream(
      {
        start(controller) {
          reading = controller;
        },
        pull() {
          asked = true;
          goOn();
        },
        cancel(reason) {
          release();
          goOn();
          writing.error(reason);
        },
      },
      { highWaterMark: 0 });
    const writable = new WritableStream({
      start(controller) {
        writing = controller;
      },
      write,
      close,
      abort(reason) {
        release();
        goOn();
        reading.error(reason);
      },
    });
    return { readable, writable };
  }

  function formatOf(given, count) {
    if (count === 0) throw new TypeError('a format is needed');
    const format = String(given);
    if (!port.has(format)) throw new TypeError(`format: ${format} (expected: ${FORMATS.filter((one) => one !== format).join(', ')})`);
    return format;
  }

  const $CompressionStream = slots('CompressionStream');

  class CompressionStream {
    [$CompressionStream] = { ends: undefined };

    constructor(format) {
      this[$CompressionStream].ends = codec(formatOf(format, arguments.length), true);
    }
    get readable() {
      return this[$CompressionStream].ends.readable;
    }
    get writable() {
      return this[$CompressionStream].ends.writable;
    }
  }

  const $DecompressionStream = slots('DecompressionStream');

  class DecompressionStream {
    [$DecompressionStream] = { ends: undefined };

    constructor(format) {
      this[$DecompressionStream].ends = codec(formatOf(format, arguments.length), false);
    }
    get readable() {
      return this[$DecompressionStream].ends.readable;
    }
    get writable() {
      return this[$DecompressionStream].ends.writable;
    }
  }
  expose(CompressionStream, 'CompressionStream', 1);
  expose(DecompressionStream, 'DecompressionStream', 1);

  return { CompressionStream, DecompressionStream };
});
