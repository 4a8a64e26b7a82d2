// Byte streams: ReadableByteStreamController, ReadableStreamBYOBReader and ReadableStreamBYOBRequest,
// sections 4.5, 4.7 and 4.8 of the Streams Standard.
(function (core) {
  'use strict';
  const { Bytes, bytesOf, load, slots } = core;
  const {
    stateOf, isReadable, createBytes, begin, startPull, acquire, release, read, cancelStream, closeStream, errorStream,
    waiting, clearAlgorithms, desiredSize,
  } = load('streams');
  const {
    expose, needed, dictionary, integer, illegal, react, resolvedWith, rejectedWith, deferred, handled,
  } = load('idl');
  const { queueMicrotask } = load('timers');
  const { apply } = Reflect;
  const { min } = Math;
  const NativePromise = Promise;
  const TOKEN = {};
  const Buffer = ArrayBuffer;
  const { isView } = ArrayBuffer;
  const { slice, transfer } = ArrayBuffer.prototype;
  const typedArray = Object.getPrototypeOf(Uint8Array).prototype;
  const { set: setBytes, slice: copyView } = typedArray;
  const typeName = Object.getOwnPropertyDescriptor(typedArray, Symbol.toStringTag).get;
  const lengthOf = Object.getOwnPropertyDescriptor(Buffer.prototype, 'byteLength').get;
  const detached = Object.getOwnPropertyDescriptor(Buffer.prototype, 'detached').get;
  const VIEWS = Object.create(null);
  for (const type of [
    Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array,
    Float64Array, BigInt64Array, BigUint64Array,
  ]) {
    VIEWS[type.name] = type;
  }
  if (typeof Float16Array === 'function') VIEWS.Float16Array = Float16Array;

  const isDetached = (buffer) => apply(detached, buffer, []);
  const sizeOf = (buffer) => apply(lengthOf, buffer, []);

  /** Takes a buffer from its owner. */
  function taken(buffer) {
    return apply(transfer, buffer, []);
  }

  function copyBytes(to, at, from, offset, length) {
    apply(setBytes, new Bytes(to, at, length), [new Bytes(from, offset, length)]);
  }

  // ---- the controller's state: pending pull-intos, and a queue of { buffer, offset, length }

  function setUp(s, start, pull, cancel, mark, allocate) {
    const c = {
      s, queue: [], total: 0, started: false, closeRequested: false, pullAgain: false, pulling: false,
      mark, size: undefined, pull, cancel, controller: null, pulled: null, failed: null,
      bytes: { pending: [], request: null, allocate },
    };
    begin(c, new ReadableByteStreamController(TOKEN, c), start, callPull, errorController);
  }

  function shouldPull(c) {
    const { s } = c;
    if (s.state !== 'readable' || c.closeRequested || !c.started) return false;
    return waiting(s) || desiredSize(c) > 0;
  }

  function callPull(c) {
    if (shouldPull(c)) startPull(c);
  }

  function errorController(c, error) {
    if (c.s.state !== 'readable') return;
    clearPending(c);
    c.queue = [];
    c.total = 0;
    clearAlgorithms(c);
    errorStream(c.s, error);
  }

  function clearPending(c) {
    invalidate(c);
    c.bytes.pending = [];
  }

  function invalidate(c) {
    const { request } = c.bytes;
    if (request !== null) {
      unbind(request);
      c.bytes.request = null;
    }
  }

  function closeController(c) {
    const { s } = c;
    if (c.closeRequested || s.state !== 'readable') return;
    if (c.total > 0) {
      c.closeRequested = true;
      return;
    }
    const { pending } = c.bytes;
    if (pending.length > 0 && pending[0].filled % pending[0].elementSize !== 0) {
      const error = new TypeError('the stream was closed within an element');
      errorController(c, error);
      throw error;
    }
    clearAlgorithms(c);
    closeStream(s);
  }

  /** Closes a stream of the host, also for readers that wait with a buffer. */
  function end(c) {
    closeController(c);
    if (c.bytes.pending.length > 0) respond(c, 0);
  }

  function enqueue(c, chunk) {
    const { s } = c;
    if (c.closeRequested || s.state !== 'readable') return;
    const [buffer, offset, length] = bytesOf(chunk);
    if (isDetached(buffer)) throw new TypeError('enqueue: the chunk’s buffer is detached');
    put(c, taken(buffer), offset, length);
  }

  /** Enqueues bytes that nobody else has; their buffer may be one of the host, which cannot be transferred. */
  function give(c, chunk) {
    if (c.closeRequested || c.s.state !== 'readable') return;
    const [buffer, offset, length] = bytesOf(chunk);
    put(c, buffer, offset, length);
  }

  function put(c, buffer, offset, length) {
    const { pending } = c.bytes;
    if (pending.length > 0) {
      const first = pending[0];
      if (isDetached(first.buffer)) throw new TypeError('enqueue: the pending buffer is detached');
      invalidate(c);
      first.buffer = taken(first.buffer);
      if (first.reader === 'none') enqueueDetached(c, first);
    }
    accept(c, buffer, offset, length);
  }

  function accept(c, buffer, offset, length) {
    const { s } = c;
    const { reader } = s;
    if (reader !== null && !reader.byob) {
      while (reader.requests.length > 0 && c.total > 0) fillRequest(c, reader.requests.shift());
      if (reader.requests.length === 0) {
        push(c, buffer, offset, length);
      } else {
        if (c.bytes.pending.length > 0) c.bytes.pending.shift();
        reader.requests.shift().chunk(new Bytes(buffer, offset, length));
      }
    } else if (reader !== null) {
      push(c, buffer, offset, length);
      const filled = processPending(c);
      for (let i = 0; i < filled.length; i++) commit(s, filled[i]);
    } else {
      push(c, buffer, offset, length);
    }
    callPull(c);
  }

  function push(c, buffer, offset, length) {
    c.queue.push({ buffer, offset, length });
    c.total += length;
  }

  function pushClone(c, buffer, offset, length) {
    push(c, apply(slice, buffer, [offset, offset + length]), 0, length);
  }

  function enqueueDetached(c, descriptor) {
    if (descriptor.filled > 0) pushClone(c, descriptor.buffer, descriptor.offset, descriptor.filled);
    c.bytes.pending.shift();
  }

  function fillRequest(c, request) {
    const { buffer, offset, length } = c.queue.shift();
    c.total -= length;
    drained(c);
    request.chunk(new Bytes(buffer, offset, length));
  }

  function drained(c) {
    if (c.total === 0 && c.closeRequested) {
      clearAlgorithms(c);
      closeStream(c.s);
    } else {
      callPull(c);
    }
  }

  /** Moves queued bytes into a descriptor; whether it has enough now. */
  function fill(c, descriptor) {
    const most = min(c.total, descriptor.length - descriptor.filled);
    const filled = descriptor.filled + most;
    let left = most;
    let ready = false;
    const rest = filled % descriptor.elementSize;
    if (filled - rest >= descriptor.least) {
      left = filled - rest - descriptor.filled;
      ready = true;
    }
    while (left > 0) {
      const head = c.queue[0];
      const count = min(left, head.length);
      copyBytes(descriptor.buffer, descriptor.offset + descriptor.filled, head.buffer, head.offset, count);
      if (head.length === count) {
        c.queue.shift();
      } else {
        head.offset += count;
        head.length -= count;
      }
      c.total -= count;
      descriptor.filled += count;
      left -= count;
    }
    return ready;
  }

  function processPending(c) {
    const filled = [];
    const { pending } = c.bytes;
    while (pending.length > 0) {
      if (c.total === 0) break;
      if (!fill(c, pending[0])) break;
      filled.push(pending.shift());
    }
    return filled;
  }

  function converted(descriptor) {
    const { type, buffer, offset, filled, elementSize } = descriptor;
    return new type(taken(buffer), offset, filled / elementSize);
  }

  function commit(s, descriptor) {
    const done = s.state === 'closed';
    const view = converted(descriptor);
    const request = s.reader.requests.shift();
    if (descriptor.reader === 'default') {
      if (done) request.close();
      else request.chunk(view);
    } else if (done) {
      request.close(view);
    } else {
      request.chunk(view);
    }
  }

  function pullSteps(c, request) {
    const { reader } = c.s;
    if (c.total > 0) {
      fillRequest(c, request);
      return;
    }
    const { allocate } = c.bytes;
    if (allocate !== undefined) {
      let buffer;
      try {
        buffer = new Buffer(allocate);
      } catch (error) {
        request.error(error);
        return;
      }
      c.bytes.pending.push({
        buffer, capacity: allocate, offset: 0, length: allocate, filled: 0, least: 1, elementSize: 1, type: Bytes,
        reader: 'default',
      });
    }
    reader.requests.push(request);
    callPull(c);
  }

  function pullInto(c, view, least, request) {
    const { s } = c;
    const { pending } = c.bytes;
    const name = apply(typeName, view, []);
    const type = name === undefined ? DataView : VIEWS[name];
    const elementSize = type === DataView ? 1 : type.BYTES_PER_ELEMENT;
    const [given, offset, length] = bytesOf(view);
    let buffer;
    try {
      buffer = taken(given);
    } catch (error) {
      request.error(error);
      return;
    }
    const descriptor = {
      buffer, capacity: sizeOf(buffer), offset, length, filled: 0, least: least * elementSize, elementSize, type,
      reader: 'byob',
    };
    if (pending.length > 0) {
      pending.push(descriptor);
      s.reader.requests.push(request);
      return;
    }
    if (s.state === 'closed') {
      request.close(new type(buffer, offset, 0));
      return;
    }
    if (c.total > 0) {
      if (fill(c, descriptor)) {
        const filled = converted(descriptor);
        drained(c);
        request.chunk(filled);
        return;
      }
      if (c.closeRequested) {
        const error = new TypeError('the stream was closed within an element');
        errorController(c, error);
        request.error(error);
        return;
      }
    }
    pending.push(descriptor);
    s.reader.requests.push(request);
    callPull(c);
  }

  // ---- answers to a BYOB request

  function respond(c, count) {
    const first = c.bytes.pending[0];
    if (c.s.state === 'closed') {
      if (count !== 0) throw new TypeError('respond: the stream is closed');
    } else {
      if (count === 0) throw new TypeError('respond: 0 bytes, but the stream is not closed');
      if (first.filled + count > first.length) throw new RangeError('respond: more bytes than there is room');
    }
    first.buffer = taken(first.buffer);
    respondInternal(c, count);
  }

  function respondWithNewView(c, view) {
    const first = c.bytes.pending[0];
    const [buffer, offset, length] = bytesOf(view);
    if (c.s.state === 'closed') {
      if (length !== 0) throw new TypeError('respondWithNewView: the stream is closed');
    } else if (length === 0) {
      throw new TypeError('respondWithNewView: 0 bytes, but the stream is not closed');
    }
    if (first.offset + first.filled !== offset) throw new RangeError('respondWithNewView: the view starts elsewhere');
    if (first.capacity !== sizeOf(buffer)) throw new RangeError('respondWithNewView: the buffer has another size');
    if (first.filled + length > first.length) throw new RangeError('respondWithNewView: more bytes than there is room');
    first.buffer = taken(buffer);
    respondInternal(c, length);
  }

  function respondInternal(c, count) {
    const first = c.bytes.pending[0];
    invalidate(c);
    if (c.s.state === 'closed') respondClosed(c, first);
    else respondReadable(c, count, first);
    callPull(c);
  }

  function respondClosed(c, first) {
    const { s } = c;
    if (first.reader === 'none') c.bytes.pending.shift();
    if (s.reader !== null && s.reader.byob) {
      const filled = [];
      while (filled.length < s.reader.requests.length) filled.push(c.bytes.pending.shift());
      for (let i = 0; i < filled.length; i++) commit(s, filled[i]);
    }
  }

  function respondReadable(c, count, first) {
    const { s } = c;
    first.filled += count;
    if (first.reader === 'none') {
      enqueueDetached(c, first);
      commitAll(s, processPending(c));
      return;
    }
    if (first.filled < first.least) return;
    c.bytes.pending.shift();
    const rest = first.filled % first.elementSize;
    if (rest > 0) {
      const stop = first.offset + first.filled;
      pushClone(c, first.buffer, stop - rest, rest);
    }
    first.filled -= rest;
    const filled = processPending(c);
    commit(s, first);
    commitAll(s, filled);
  }

  function commitAll(s, filled) {
    for (let i = 0; i < filled.length; i++) commit(s, filled[i]);
  }

  /** The reader let go: what is under way belongs to nobody. */
  function released(c) {
    const { pending } = c.bytes;
    if (pending.length > 0) {
      pending[0].reader = 'none';
      c.bytes.pending = [pending[0]];
    }
  }

  // ---- the classes

  const $ReadableStreamBYOBRequest = slots('ReadableStreamBYOBRequest');

  class ReadableStreamBYOBRequest {
    [$ReadableStreamBYOBRequest] = { c: null, view: null };

    constructor(token) {
      if (token !== TOKEN) throw illegal();
    }
    get view() {
      return this[$ReadableStreamBYOBRequest].view;
    }
    respond(bytesWritten) {
      this[$ReadableStreamBYOBRequest].c;
      needed('respond', arguments.length, 1);
      const count = integer(bytesWritten, 64, false, 'enforce');
      if (this[$ReadableStreamBYOBRequest].c === null) throw new TypeError('respond: the request was answered before');
      if (isDetached(bytesOf(this[$ReadableStreamBYOBRequest].view)[0])) throw new TypeError('respond: the view’s buffer is detached');
      respond(this[$ReadableStreamBYOBRequest].c, count);
    }
    respondWithNewView(view) {
      this[$ReadableStreamBYOBRequest].c;
      needed('respondWithNewView', arguments.length, 1);
      if (!isView(view)) throw new TypeError('respondWithNewView: not a view');
      if (this[$ReadableStreamBYOBRequest].c === null) throw new TypeError('respondWithNewView: the request was answered before');
      if (isDetached(bytesOf(view)[0])) throw new TypeError('respondWithNewView: the view’s buffer is detached');
      respondWithNewView(this[$ReadableStreamBYOBRequest].c, view);
    }
  }
  expose(ReadableStreamBYOBRequest);
  Object.defineProperty(ReadableStreamBYOBRequest, 'length', { value: 0, configurable: true });

  function bind(c, view) {
    const request = new ReadableStreamBYOBRequest(TOKEN);
    request[$ReadableStreamBYOBRequest].c = c;
    request[$ReadableStreamBYOBRequest].view = view;
    return request;
  }

  function unbind(request) {
    request[$ReadableStreamBYOBRequest].c = null;
    request[$ReadableStreamBYOBRequest].view = null;
  }

  const $ReadableByteStreamController = slots('ReadableByteStreamController');

  class ReadableByteStreamController {
    [$ReadableByteStreamController] = { c: undefined };

    constructor(token, c) {
      if (token !== TOKEN) throw illegal();
      this[$ReadableByteStreamController].c = c;
    }
    get byobRequest() {
      const c = this[$ReadableByteStreamController].c;
      const { bytes } = c;
      if (bytes.request === null && bytes.pending.length > 0) {
        const first = bytes.pending[0];
        bytes.request = bind(c, new Bytes(first.buffer, first.offset + first.filled, first.length - first.filled));
      }
      return bytes.request;
    }
    get desiredSize() {
      return desiredSize(this[$ReadableByteStreamController].c);
    }
    close() {
      const c = this[$ReadableByteStreamController].c;
      if (c.closeRequested || c.s.state !== 'readable') throw new TypeError('the stream is closed, closing or errored');
      closeController(c);
    }
    enqueue(chunk) {
      const c = this[$ReadableByteStreamController].c;
      needed('enqueue', arguments.length, 1);
      if (!isView(chunk)) throw new TypeError('enqueue: a byte stream’s chunks are views');
      const [buffer, , length] = bytesOf(chunk);
      if (length === 0) throw new TypeError('enqueue: the chunk is empty');
      if (sizeOf(buffer) === 0) throw new TypeError('enqueue: the chunk’s buffer is empty');
      if (c.closeRequested || c.s.state !== 'readable') throw new TypeError('the stream is closed, closing or errored');
      enqueue(c, chunk);
    }
    error(reason = undefined) {
      errorController(this[$ReadableByteStreamController].c, reason);
    }
  }
  expose(ReadableByteStreamController);
  Object.defineProperty(ReadableByteStreamController, 'length', { value: 0, configurable: true });

  function readInto(reader, view, least, request) {
    const { s } = reader;
    s.disturbed = true;
    if (s.state === 'errored') request.error(s.error);
    else pullInto(s.c, view, least, request);
  }

  const $ReadableStreamBYOBReader = slots('ReadableStreamBYOBReader');

  class ReadableStreamBYOBReader {
    [$ReadableStreamBYOBReader] = { reader: undefined };

    constructor(stream) {
      needed('ReadableStreamBYOBReader', arguments.length, 1);
      if (!isReadable(stream)) throw new TypeError('ReadableStreamBYOBReader: not a ReadableStream');
      this[$ReadableStreamBYOBReader].reader = acquire(stateOf(stream), true);
    }
    get closed() {
      try {
        return this[$ReadableStreamBYOBReader].reader.closed.promise;
      } catch (error) {
        return rejectedWith(error);
      }
    }
    cancel(reason = undefined) {
      try {
        const { s } = this[$ReadableStreamBYOBReader].reader;
        return s === null ? rejectedWith(new TypeError('the reader was released')) : cancelStream(s, reason);
      } catch (error) {
        return rejectedWith(error);
      }
    }
    read(view, options = undefined) {
      try {
        const reader = this[$ReadableStreamBYOBReader].reader;
        needed('read', arguments.length, 1);
        return readView(reader, view, options);
      } catch (error) {
        return rejectedWith(error);
      }
    }
    releaseLock() {
      if (this[$ReadableStreamBYOBReader].reader.s !== null) release(this[$ReadableStreamBYOBReader].reader);
    }
  }
  expose(ReadableStreamBYOBReader);

  function readView(reader, view, options) {
    if (!isView(view)) throw new TypeError('read: not a view');
    const { min: given } = dictionary('read: options', options);
    const least = given === undefined ? 1 : integer(given, 64, false, 'enforce');
    const [buffer, , length] = bytesOf(view);
    if (length === 0) throw new TypeError('read: the view is empty');
    if (sizeOf(buffer) === 0 || isDetached(buffer)) throw new TypeError('read: the view’s buffer is empty or detached');
    if (least === 0) throw new TypeError('min: 0 (expected: a number from 1 up)');
    const name = apply(typeName, view, []);
    const room = name === undefined ? length : length / VIEWS[name].BYTES_PER_ELEMENT;
    if (least > room) throw new RangeError('min: larger than the view');
    if (reader.s === null) throw new TypeError('the reader was released');
    return new NativePromise((resolve, reject) => {
      readInto(reader, view, least, {
        chunk: (value) => resolve({ value, done: false }),
        close: (value) => resolve({ value, done: true }),
        error: reject,
      });
    });
  }

  // ---- tee

  function copied(chunk) {
    return apply(copyView, chunk, []);
  }

  function tee(s) {
    let reader = acquire(s);
    let reading = false;
    const again = [false, false];
    const cancelled = [false, false];
    const reasons = [undefined, undefined];
    const cancelBoth = deferred();
    const branches = [];

    function forwardError(of) {
      react(of.closed.promise, undefined, (error) => {
        if (of !== reader) return;
        errorController(branches[0].c, error);
        errorController(branches[1].c, error);
        if (!cancelled[0] || !cancelled[1]) cancelBoth.resolve(undefined);
      });
    }

    function failAll(error) {
      errorController(branches[0].c, error);
      errorController(branches[1].c, error);
      cancelBoth.resolve(cancelStream(s, error));
    }

    function pullAgain() {
      reading = false;
      if (again[0]) pull(0);
      else if (again[1]) pull(1);
    }

    function pullDefault() {
      if (reader.byob) {
        release(reader);
        reader = acquire(s);
        forwardError(reader);
      }
      read(reader, {
        chunk: (chunk) => {
          queueMicrotask(() => {
            again[0] = false;
            again[1] = false;
            let second = chunk;
            if (!cancelled[0] && !cancelled[1]) {
              try {
                second = copied(chunk);
              } catch (error) {
                failAll(error);
                return;
              }
            }
            if (!cancelled[0]) give(branches[0].c, chunk);
            if (!cancelled[1]) give(branches[1].c, second);
            pullAgain();
          });
        },
        close: () => {
          reading = false;
          for (let at = 0; at < 2; at++) if (!cancelled[at]) closeController(branches[at].c);
          for (let at = 0; at < 2; at++) if (branches[at].c.bytes.pending.length > 0) respond(branches[at].c, 0);
          if (!cancelled[0] || !cancelled[1]) cancelBoth.resolve(undefined);
        },
        error: () => {
          reading = false;
        },
      });
    }

    function pullBuffer(view, at) {
      if (!reader.byob) {
        release(reader);
        reader = acquire(s, true);
        forwardError(reader);
      }
      const mine = branches[at].c;
      const other = branches[1 - at].c;
      readInto(reader, view, 1, {
        chunk: (chunk) => {
          queueMicrotask(() => {
            again[0] = false;
            again[1] = false;
            if (!cancelled[1 - at]) {
              let copy;
              try {
                copy = copied(chunk);
              } catch (error) {
                failAll(error);
                return;
              }
              if (!cancelled[at]) respondWithNewView(mine, chunk);
              enqueue(other, copy);
            } else if (!cancelled[at]) {
              respondWithNewView(mine, chunk);
            }
            pullAgain();
          });
        },
        close: (chunk) => {
          reading = false;
          if (!cancelled[at]) closeController(mine);
          if (!cancelled[1 - at]) closeController(other);
          if (chunk !== undefined) {
            if (!cancelled[at]) respondWithNewView(mine, chunk);
            if (!cancelled[1 - at] && other.bytes.pending.length > 0) respond(other, 0);
          }
          if (!cancelled[at] || !cancelled[1 - at]) cancelBoth.resolve(undefined);
        },
        error: () => {
          reading = false;
        },
      });
    }

    function pull(at) {
      if (reading) {
        again[at] = true;
        return resolvedWith(undefined);
      }
      reading = true;
      const request = branches[at].c.controller.byobRequest;
      if (request === null) pullDefault();
      else pullBuffer(request.view, at);
      return resolvedWith(undefined);
    }

    const cancel = (at) => (reason) => {
      cancelled[at] = true;
      reasons[at] = reason;
      if (cancelled[1 - at]) cancelBoth.resolve(cancelStream(s, reasons));
      return cancelBoth.promise;
    };
    const made = [
      createBytes(undefined, () => pull(0), cancel(0)),
      createBytes(undefined, () => pull(1), cancel(1)),
    ];
    branches.push(stateOf(made[0]), stateOf(made[1]));
    forwardError(reader);
    return made;
  }

  return {
    ReadableStreamBYOBReader, ReadableStreamBYOBRequest, ReadableByteStreamController,
    setUp, pullSteps, clearPending, closeController, errorController, enqueue, give, end, released, tee,
  };
});
