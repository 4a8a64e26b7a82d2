// Streams of bodies: those that the host holds, and what is done with the streams of others as a whole.
(function (core) {
  'use strict';
  const { bodies, nowOrLater, joined, Bytes, load } = core;
  const { react } = load('idl');
  const {
    stateOf, create, createBytes, acquire, read, cancelStream, closeStream, closeController, enqueue, errorController, tee,
    takeNative, lengthOf,
  } = load('streams');
  const { queueMicrotask } = load('timers');
  const { apply } = Reflect;
  const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
  const typeName = getOwnPropertyDescriptor(getPrototypeOf(Bytes.prototype), Symbol.toStringTag).get;
  const NativePromise = Promise;
  const BLOCK = 65_536;

  /**
   * The stream of a body that the host holds, read as it is pulled.
   *
   * @param over called when it has ended, has failed or is not wanted; null for nobody who cares
   * @param coding see codingOf
   */
  function fromNative(number, over, coding) {
    const pull = () => {
      const deliver = (chunk) => {
        if (chunk === null) {
          over?.();
          load('bytestreams').end(c);
        } else {
          load('bytestreams').give(c, new Bytes(chunk));
        }
      };
      return nowOrLater((id) => bodies.read(number, id), deliver);
    };
    const stream = createBytes(
      undefined,
      over === null ? pull : () => orOver(pull, over),
      () => {
        over?.();
        bodies.cancel(number);
      },
    );
    const s = stateOf(stream);
    const { c } = s;
    s.native = number;
    s.over = over;
    s.coding = coding;
    return stream;
  }

  /** What {@code pull} gives or promises; {@code over} hears of its failure. */
  function orOver(pull, over) {
    try {
      const pulled = pull();
      if (pulled instanceof NativePromise) react(pulled, undefined, over);
      return pulled;
    } catch (error) {
      over();
      throw error;
    }
  }

  /** Errors a body's stream, or the one that took its place. */
  function failBody(stream, reason) {
    let s = stateOf(stream);
    while (s.heir !== null) s = s.heir;
    errorController(s.c, reason);
  }

  /** A stream of bytes that has failed. */
  function failed(reason) {
    const stream = createBytes();
    errorController(stateOf(stream).c, reason);
    return stream;
  }

  /** A stream of bytes that nobody else has. */
  function fromBytes(bytes) {
    const stream = createBytes();
    const { c } = stateOf(stream);
    if (bytes.byteLength > 0) load('bytestreams').give(c, bytes);
    load('bytestreams').closeController(c);
    return stream;
  }

  /** A stream of bytes that others look at too, copied a block at a time. */
  function fromShared(bytes) {
    let at = 0;
    const stream = createBytes(undefined, () => {
      if (at >= bytes.byteLength) {
        load('bytestreams').end(c);
        return;
      }
      const block = bytes.slice(at, at + BLOCK);
      at += block.byteLength;
      load('bytestreams').give(c, block);
    });
    const { c } = stateOf(stream);
    return stream;
  }

  /** Another stream with the same chunks; the given one is used up. */
  function takeOver(stream) {
    const length = lengthOf(stream);
    const native = takeNative(stream);
    const s = stateOf(stream);
    if (native > 0) {
      const same = fromNative(native, s.over, s.coding);
      s.heir = stateOf(same);
      return same;
    }
    s.disturbed = true;
    const reader = acquire(s);
    const pull = () =>
      new NativePromise((resolve, reject) => {
        read(reader, {
          chunk: (chunk) => {
            if (t.c.bytes === null) enqueue(t.c, chunk);
            else load('bytestreams').give(t.c, chunk);
            resolve();
          },
          close: () => {
            if (t.c.bytes === null) closeController(t.c);
            else load('bytestreams').end(t.c);
            resolve();
          },
          error: reject,
        });
      });
    const cancel = (reason) => cancelStream(s, reason);
    const taken = s.c.bytes === null ? create(undefined, pull, cancel, 0) : createBytes(undefined, pull, cancel);
    const t = stateOf(taken);
    t.length = length;
    return taken;
  }

  /** All bytes of a stream. */
  function readAll(stream) {
    const reader = acquire(stateOf(stream));
    return new NativePromise((resolve, reject) => {
      const parts = [];
      const request = {
        chunk: (value) => {
          if (apply(typeName, value, []) !== 'Uint8Array') {
            reject(new TypeError('a body’s chunks are Uint8Arrays'));
            return;
          }
          // What it has now: its owner may write over it, or give its buffer away.
          parts.push(new Bytes(value));
          queueMicrotask(next);
        },
        close: () => resolve(joined(parts)),
        error: reject,
      };
      const next = () => read(reader, request);
      next();
    });
  }

  /** Two streams with the same chunks, those of the second copied. */
  function teeBody(stream) {
    const s = stateOf(stream);
    return s.c.bytes === null ? tee(s, true) : load('bytestreams').tee(s);
  }

  function disturb(stream) {
    const s = stateOf(stream);
    s.disturbed = true;
    if (s.state === 'readable') closeStream(s);
  }

  return { fromNative, fromBytes, fromShared, failed, failBody, takeOver, teeBody, readAll, disturb };
});
