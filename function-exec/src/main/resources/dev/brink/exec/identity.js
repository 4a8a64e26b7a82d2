// IdentityTransformStream and FixedLengthStream, as on Cloudflare Workers: bytes in, the same bytes out.
(function (core) {
  'use strict';
  const { Bytes, bytesOf, load } = core;
  const readables = load('streams');
  const writables = load('writables');
  const bytes = load('bytestreams');
  const { TransformStream, TWO_ENDS } = load('transforms');
  const { expose, needed, react, resolvedWith, deferred } = load('idl');
  const { markOf, strategyOf } = load('strategies');
  const MOST = Number.MAX_SAFE_INTEGER;

  /** The two ends; of {@code length} bytes in all, or of any number where that is -1. */
  function ends(length, strategy) {
    let wanted = deferred();
    let given = deferred();
    let seen = 0;
    const readable = readables.createBytes(
      undefined,
      () => {
        wanted.resolve(undefined);
        return given.promise;
      },
      (reason) => {
        writables.errorIfNeeded(out.c, reason);
        wanted.resolve(undefined);
      },
    );
    const into = readables.stateOf(readable);
    into.length = length;

    function fail(error) {
      bytes.errorController(into.c, error);
      return error;
    }

    /** Of a chunk that may have lost its buffer since it was written. */
    function copyOf(buffer, offset, size) {
      try {
        return new Bytes(new Bytes(buffer, offset, size));
      } catch (error) {
        throw fail(error);
      }
    }

    function write(chunk) {
      const part = bytesOf(chunk);
      if (part === undefined) throw fail(new TypeError('a chunk is no buffer or view of one: this is a stream of bytes'));
      const [buffer, offset, size] = part;
      if (size === 0) return resolvedWith(undefined);
      seen += size;
      if (length >= 0 && seen > length) throw fail(new TypeError(`more bytes than the ${length} of this FixedLengthStream`));
      return react(wanted.promise, () => {
        if (into.state !== 'readable') throw out.error ?? new TypeError('the readable side was cancelled');
        const copy = copyOf(buffer, offset, size);
        wanted = deferred();
        const last = given;
        given = deferred();
        bytes.give(into.c, copy);
        last.resolve(undefined);
      });
    }

    const writable = writables.create(
      {
        write,
        close: () => {
          if (length >= 0 && seen < length) throw fail(new TypeError(`${seen} bytes of the ${length} of this FixedLengthStream`));
          bytes.end(into.c);
          given.resolve(undefined);
        },
        abort: (reason) => {
          fail(reason);
        },
      },
      markOf(strategy, 1),
      // A mark that was given is a number of bytes.
      strategy.mark === undefined ? () => 1 : (chunk) => bytesOf(chunk)?.[2] ?? 0,
    );
    const out = writables.stateOf(writable);
    return { readable, writable };
  }

  class IdentityTransformStream extends TransformStream {
    constructor(strategy = undefined) {
      if (strategy === TWO_ENDS) super(TWO_ENDS, arguments[1]);
      else super(TWO_ENDS, ends(-1, strategyOf(strategy)));
    }
  }
  expose(IdentityTransformStream);

  function lengthIn(value) {
    const length = typeof value === 'bigint' ? Number(value) : +value;
    if (!(length >= 0 && length <= MOST)) throw new TypeError(`expectedLength: ${value} (expected: 0 to ${MOST})`);
    return Math.trunc(length);
  }

  class FixedLengthStream extends IdentityTransformStream {
    constructor(expectedLength, strategy = undefined) {
      needed('FixedLengthStream', arguments.length, 1);
      super(TWO_ENDS, ends(lengthIn(expectedLength), strategyOf(strategy)));
    }
  }
  expose(FixedLengthStream);

  return { IdentityTransformStream, FixedLengthStream };
});
